// What time and operators change from outside.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

bool HasWaitingRetries(const ModelFleet& fleet) {
  return std::any_of(fleet.children.begin(), fleet.children.end(),
                     [](const ModelChild& child) { return child.IsDelayed() && !IsDue(child.retry.micros); });
}

}  // namespace

// Of one fleet, those that have waited longest.
absl::StatusOr<bool> LetRetriesBecomeDue(ModelWorld& world) {
  const std::vector<ModelFleet*> fleets = world.FleetsWhere(&HasWaitingRetries);
  if (fleets.empty()) return false;
  ModelFleet& fleet = *world.random.Of(fleets);
  std::vector<std::pair<int64_t, int32_t>> waiting;
  for (int32_t ordinal = 1; ordinal <= fleet.Expanded(); ++ordinal) {
    const ModelChild& child = fleet.Child(ordinal);
    if (child.IsDelayed() && !IsDue(child.retry.micros)) waiting.push_back({child.retry.micros, ordinal});
  }
  std::sort(waiting.begin(), waiting.end());
  const int count = world.random.OneIn(2) ? static_cast<int>(waiting.size())
                                          : world.random.Between(1, static_cast<int>(waiting.size()));
  std::set<int32_t> due;
  for (int i = 0; i < count; ++i) due.insert(waiting[static_cast<std::size_t>(i)].second);
  world.Log(absl::StrCat(count, " retries of F", fleet.number, " become due"));
  world.Pin({{fleet.id, due}}, true);
  return true;
}

absl::StatusOr<bool> LetGraceEnd(ModelWorld& world) {
  for (auto& [key, job] : world.model.jobs) {
    if (job.is_due || key.second == store::JobKind::kDeadline) continue;
    world.Log(absl::StrCat("grace of ", NameOf(world.model, key.first), " ends"));
    world.database.Execute(absl::StrCat("update fleet_jobs set not_before = clock_timestamp() where fleet_id = '",
                                        key.first.ToUuid(), "' and kind = ", static_cast<int>(key.second)));
    job = {job.cursor, Moment::Now(), true};
    return true;
  }
  return false;
}

absl::StatusOr<bool> ChangeLimits(ModelWorld& world) {
  domain::Limits& limits = world.model.limits;
  const int which = world.random.Between(1, 5);
  const int value = which <= 3 ? world.random.Between(0, 45) : world.random.Between(1, 30);
  constexpr const char* kNames[] = {"system_active", "user_active", "fleet_active_default", "open_fleets_system",
                                    "open_fleets_user"};
  int32_t* const kValues[] = {&limits.system_active, &limits.user_active, &limits.fleet_active_default,
                              &limits.open_fleets_system, &limits.open_fleets_user};
  *kValues[which - 1] = value;
  world.Log(absl::StrCat("limit ", kNames[which - 1], " is now ", value));
  world.database.Execute(
      absl::StrCat("begin; select only_row from dispatch_gate for update; update limits set value = ", value,
                   " where name = '", kNames[which - 1], "'; commit"));
  // The checker knows the limits as of its last two looks.
  FLEET_RETURN_IF_ERROR(world.Look());
  return true;
}

// A fleet's deadline comes, or only the job that looks for it, as after the deadline was put off.
absl::StatusOr<bool> LetDeadlinePass(ModelWorld& world) {
  const std::vector<ModelFleet*> fleets =
      world.FleetsWhere([](const ModelFleet& fleet) { return fleet.deadline.has_value() && !fleet.is_late; });
  if (fleets.empty()) return false;
  ModelFleet& fleet = *world.random.Of(fleets);
  const bool is_early = world.random.OneIn(4);
  world.Log(absl::StrCat("the deadline of F", fleet.number, is_early ? " is looked for" : " passes"));
  const std::string where = absl::StrCat(" where fleet_id = '", fleet.id.ToUuid(), "'");
  const auto job = world.model.jobs.find({fleet.id, store::JobKind::kDeadline});
  if (job != world.model.jobs.end()) {
    world.database.Execute(
        absl::StrCat("update fleet_jobs set not_before = clock_timestamp()", where, " and kind = 5"));
    job->second = {job->second.cursor, Moment::Now(), true};
  }
  if (is_early) return true;
  fleet.deadline = *fleet.deadline - kFutureMicros + kPastMicros;
  fleet.is_late = true;
  world.database.Execute(absl::StrCat("update fleets set deadline = timestamptz 'epoch' + ", *fleet.deadline,
                                      " * interval '1 microsecond'", where));
  return true;
}

// Longer than the limit, where there is one.
absl::StatusOr<bool> LetQueueAge(ModelWorld& world) {
  const std::vector<ModelFleet*> fleets =
      world.FleetsWhere([](const ModelFleet& fleet) { return fleet.IsOpen() && !fleet.is_aged; });
  if (fleets.empty() || world.model.limits.queue_age_seconds == 0) return false;
  ModelFleet& fleet = *world.random.Of(fleets);
  world.Log(absl::StrCat("the queue of F", fleet.number, " ages"));
  world.database.Execute(absl::StrCat(
      "update fleets set queue_since = queue_since - interval '2 hours' where fleet_id = '", fleet.id.ToUuid(), "'"));
  fleet.queue_since.micros -= absl::ToInt64Microseconds(absl::Hours(2));
  fleet.is_aged = true;
  return true;
}

absl::StatusOr<bool> ChangeQueueAge(ModelWorld& world) {
  int32_t& limit = world.model.limits.queue_age_seconds;
  limit = limit == 0 ? 3600 : 0;
  world.Log(absl::StrCat("limit queue_age_seconds is now ", limit));
  world.database.Execute(absl::StrCat("update limits set value = ", limit, " where name = 'queue_age_seconds'"));
  return true;
}

absl::StatusOr<bool> ScheduleQueueAge(ModelWorld& world) {
  world.Log("schedule queue age");
  FLEET_ASSIGN_OR_RETURN(const int scheduled, world.stores.jobs.ScheduleQueueAge());
  const int expected = world.model.ScheduleQueueAge();
  if (scheduled != expected) return Differs(absl::StrCat("queue age: ", scheduled, " jobs, expected ", expected));
  return true;
}

// An exception for a user or a pool, or none any more.
absl::StatusOr<bool> ChangeOverride(ModelWorld& world) {
  const std::pair<const char*, const char*> kScopes[] = {
      {"user_active", "alice"}, {"user_active", "bob"}, {"pool_active", "default"}, {"pool_active", "large"}};
  const auto [name, scope] = kScopes[world.random.Between(0, 3)];
  auto& overrides = world.model.limits.overrides;
  std::string statement =
      absl::StrCat("delete from limit_overrides where name = '", name, "' and scope = '", scope, "'");
  overrides.erase({name, scope});
  if (!world.random.OneIn(3)) {
    const int value = world.random.Between(0, 30);
    overrides[{name, scope}] = value;
    absl::StrAppend(&statement, "; insert into limit_overrides (name, scope, value, updated_by) values ('", name,
                    "', '", scope, "', ", value, ", 'operator')");
  }
  world.Log(statement);
  world.database.Execute(absl::StrCat("begin; select only_row from dispatch_gate for update; ", statement, "; commit"));
  // The checker knows the limits as of its last two looks.
  FLEET_RETURN_IF_ERROR(world.Look());
  return true;
}

}  // namespace fleet::testing
