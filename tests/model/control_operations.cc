// What operators do to fleets while they run, and after.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

using domain::TaskState;

std::string ReasonOf(const absl::Status& status) { return status.ok() ? "" : GetErrorInfo(status).reason; }

std::string RandomUser(ModelWorld& world) {
  constexpr const char* kUsers[] = {"alice", "bob", "carol"};
  return kUsers[world.random.Between(0, 2)];
}

store::NewGeneration RandomGeneration(ModelWorld& world, const ModelFleet& fleet) {
  SeededRandom& random = world.random;
  store::NewGeneration request;
  request.fleet_id = fleet.id;
  if (random.OneIn(3)) request.request_id = absl::StrCat("retry-", random.Between(1, 6));
  for (const TaskState state :
       {TaskState::kCompleted, TaskState::kFailed, TaskState::kCancelled, TaskState::kTimedOut}) {
    if (random.OneIn(state == TaskState::kCompleted ? 6 : 2)) request.states.push_back(state);
  }
  if (request.states.empty()) request.states.push_back(TaskState::kFailed);
  for (int i = 0; random.OneIn(4) && i < 4; ++i) {
    request.categories.push_back(static_cast<domain::FailureCategory>(random.Between(1, 10)));
  }
  // Now and then one that the fleet does not have.
  if (random.OneIn(5)) {
    const int last = random.OneIn(6) ? ModelWorld::kRepositories : fleet.Expanded();
    for (int i = 0; i < 3 && last > 0; ++i) request.repos.push_back(TestStores::RepoName(random.Between(1, last)));
  }
  if (random.OneIn(4)) request.task_description = absl::StrCat("description ", random.Between(1, 1000));
  request.request_fingerprint = absl::StrCat(fleet.number, "/", request.states.size());
  return request;
}

// Grace times end by an operation alone.
void SetCancelRequest(ModelWorld& world, const domain::TaskId& id, const char* time) {
  world.database.Execute(absl::StrCat("update tasks set cancel_requested_at = '", time, "' where fleet_id = '",
                                      id.fleet_id.ToUuid(), "' and ordinal = ", id.ordinal));
}

}  // namespace

absl::StatusOr<bool> RetryFleet(ModelWorld& world) {
  const bool any = world.random.OneIn(4);
  const std::vector<ModelFleet*> fleets =
      any ? world.FleetsWhere([](const ModelFleet&) { return true; })
          : world.FleetsWhere([](const ModelFleet& fleet) { return !fleet.IsOpen() && !fleet.failed; });
  if (fleets.empty()) return false;
  const ModelFleet& fleet = *world.random.Of(fleets);
  const domain::Caller caller{RandomUser(world)};
  const store::NewGeneration request = RandomGeneration(world, fleet);
  const auto number = [](std::string* out, const auto value) { absl::StrAppend(out, static_cast<int>(value)); };
  world.Log(absl::StrCat("retry F", fleet.number, " by ", caller.user, " \"", request.request_id, "\": states ",
                         absl::StrJoin(request.states, ",", number), ", categories ",
                         absl::StrJoin(request.categories, ",", number), ", repos ",
                         absl::StrJoin(request.repos, ",")));
  const absl::StatusOr<store::FleetStore::Created> answer = world.stores.redrives.Redrive(caller, request);
  const FleetModel::Retried expected = world.model.Retry(caller, request);
  if (ReasonOf(answer.status()) != expected.reason) {
    return Differs(absl::StrCat("retry: ", answer.status().ToString(), ", expected ", expected.reason));
  }
  if (!answer.ok()) return true;
  world.Log(absl::StrCat("  generation ", fleet.generation));
  if (answer->replayed != expected.replayed) return Differs("retry: replayed or not");
  const domain::Fleet& got = answer->record.fleet;
  if (got.state != fleet.state || got.generation != fleet.generation) return Differs("retry: answered another fleet");
  return true;
}

absl::StatusOr<bool> CancelFleetTask(ModelWorld& world) {
  const bool any = world.random.OneIn(4);
  const std::vector<ModelFleet*> fleets =
      any ? world.FleetsWhere([](const ModelFleet&) { return true; })
          : world.FleetsWhere([](const ModelFleet& fleet) { return fleet.IsOpen() && fleet.Expanded() > 0; });
  if (fleets.empty()) return false;
  ModelFleet& fleet = *world.random.Of(fleets);
  // Mostly one that runs, else any, now and then one that is not there.
  std::vector<int32_t> ordinals;
  const bool wants_active = world.random.OneIn(2);
  for (int32_t ordinal = 1; ordinal <= fleet.Expanded(); ++ordinal) {
    if (!wants_active || domain::IsActive(fleet.Child(ordinal).state)) ordinals.push_back(ordinal);
  }
  const bool unknown = ordinals.empty() || world.random.OneIn(40);
  const domain::TaskId id{fleet.id, unknown ? ModelWorld::kRepositories : world.random.Of(ordinals)};
  world.Log(absl::StrCat("cancel task F", fleet.number, "-", id.ordinal));
  const bool was_cancelling = id.ordinal <= fleet.Expanded() && fleet.Child(id.ordinal).cancelling;
  const absl::StatusOr<store::TaskRecord> answer =
      world.stores.controls.CancelTask({RandomUser(world)}, fleet.id, TestStores::RepoName(id.ordinal));
  const std::string expected = world.model.CancelTask(fleet.id, id.ordinal);
  if (ReasonOf(answer.status()) != expected) {
    return Differs(absl::StrCat("cancel task: ", answer.status().ToString(), ", expected ", expected));
  }
  if (!answer.ok()) return true;
  const ModelChild& child = fleet.Child(id.ordinal);
  if (answer->task.state != child.state) return Differs("cancel task: answered with another state");
  if (child.cancelling && !was_cancelling) SetCancelRequest(world, id, "2100-01-01");
  return true;
}

// The runner of a child that was cancelled by itself has had its time to confirm.
absl::StatusOr<bool> LetTaskGraceEnd(ModelWorld& world) {
  for (auto& [fleet_id, fleet] : world.model.fleets) {
    for (int32_t ordinal = 1; ordinal <= fleet.Expanded(); ++ordinal) {
      ModelChild& child = fleet.Child(ordinal);
      if (!child.cancelling || child.unconfirmed || !domain::IsActive(child.state)) continue;
      world.Log(absl::StrCat("grace of F", fleet.number, "-", ordinal, " ends"));
      SetCancelRequest(world, {fleet_id, ordinal}, "2010-01-01");
      child.unconfirmed = true;
      return true;
    }
  }
  return false;
}

absl::StatusOr<bool> UpdateFleet(ModelWorld& world) {
  const bool any = world.random.OneIn(6);
  const std::vector<ModelFleet*> fleets =
      any ? world.FleetsWhere([](const ModelFleet&) { return true; })
          : world.FleetsWhere([](const ModelFleet& fleet) { return fleet.IsOpen(); });
  if (fleets.empty()) return false;
  ModelFleet& fleet = *world.random.Of(fleets);
  store::PolicyUpdate update;
  if (world.random.OneIn(2)) update.max_concurrency = world.random.Between(1, 12);
  if (world.random.OneIn(2)) update.priority = world.random.Between(-1, 1);
  update.sets_deadline = world.random.OneIn(2);
  if (update.sets_deadline && !world.random.OneIn(4)) {
    update.deadline = absl::FromUnixMicros(kFutureMicros + world.random.Between(1, 1000));
  }
  world.Log(absl::StrCat("update F", fleet.number, ": max_concurrency ", update.max_concurrency.value_or(0),
                         ", priority ", update.priority.value_or(0), ", deadline ", update.sets_deadline, "/",
                         update.deadline.has_value()));
  // The checker knows a cap as of its last two looks.
  FLEET_RETURN_IF_ERROR(world.Look());
  const absl::StatusOr<store::FleetRecord> answer = world.stores.controls.Update({RandomUser(world)}, fleet.id, update);
  const std::string expected = world.model.Update(fleet.id, update);
  if (ReasonOf(answer.status()) != expected) {
    return Differs(absl::StrCat("update: ", answer.status().ToString(), ", expected ", expected));
  }
  FLEET_RETURN_IF_ERROR(world.Look());
  return true;
}

}  // namespace fleet::testing
