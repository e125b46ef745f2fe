// What time and operators change from outside.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/store/limit_store.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

bool HasWaitingRetries(const ModelFleet& fleet) {
  return std::any_of(fleet.children.begin(), fleet.children.end(),
                     [](const ModelChild& child) { return child.IsDelayed() && !IsDue(child.retry.micros); });
}

int64_t InForce(const domain::Limits& limits, const domain::LimitKind& kind, const std::string& scope) {
  const auto exception = limits.overrides.find({std::string(kind.name), scope});
  return exception == limits.overrides.end() ? limits.*(kind.field) : exception->second;
}

// The limit itself, or an exception from it; without a value there is none any more.
absl::StatusOr<bool> SetLimit(ModelWorld& world, const std::string& name, const std::string& scope,
                              std::optional<int64_t> value) {
  world.Log(absl::StrCat("limit ", name, scope.empty() ? "" : " for ", scope,
                         value.has_value() ? absl::StrCat(" is now ", *value) : " has no exception any more"));
  store::LimitStore store(world.stores.pool);
  FLEET_ASSIGN_OR_RETURN(const store::LimitStore::Changed changed, store.Set({"operator"}, {name, scope, value}));
  const domain::LimitKind& kind = *domain::FindLimitKind(name);
  domain::Limits& limits = world.model.limits;
  const int64_t before = InForce(limits, kind, scope);
  if (scope.empty()) {
    limits.*(kind.field) = static_cast<int32_t>(*value);
  } else if (value.has_value()) {
    limits.overrides[{name, scope}] = static_cast<int32_t>(*value);
  } else {
    limits.overrides.erase({name, scope});
  }
  ++world.model.audits;
  const int64_t after = InForce(limits, kind, scope);
  if (changed.previous_value != before || changed.limit.value != after) {
    return Differs(absl::StrCat("limit: answered ", changed.previous_value, " and ", changed.limit.value, ", expected ",
                                before, " and ", after));
  }
  // The checker knows the limits as of its last two looks.
  FLEET_RETURN_IF_ERROR(world.Look());
  return true;
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
  constexpr const char* kNames[] = {"system_active", "user_active", "fleet_active_default", "open_fleets_system",
                                    "open_fleets_user"};
  const int which = world.random.Between(0, 4);
  return SetLimit(world, kNames[which], "", which < 3 ? world.random.Between(0, 45) : world.random.Between(1, 30));
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
  return SetLimit(world, "queue_age_seconds", "", world.model.limits.queue_age_seconds == 0 ? 3600 : 0);
}

absl::StatusOr<bool> ScheduleQueueAge(ModelWorld& world) {
  world.Log("schedule queue age");
  FLEET_ASSIGN_OR_RETURN(const int scheduled, world.stores.jobs.Schedule(store::JobTypeOf(store::JobKind::kQueueAge)));
  const int expected = world.model.ScheduleQueueAge();
  if (scheduled != expected) return Differs(absl::StrCat("queue age: ", scheduled, " jobs, expected ", expected));
  return true;
}

// An exception for a user or a pool, or none any more.
absl::StatusOr<bool> ChangeOverride(ModelWorld& world) {
  constexpr std::pair<const char*, const char*> kScopes[] = {
      {"user_active", "alice"}, {"user_active", "bob"},        {"pool_active", "default"},
      {"pool_active", "large"}, {"open_fleets_user", "alice"}, {"open_fleets_user", "bob"}};
  const auto [name, scope] = kScopes[world.random.Between(0, 5)];
  std::optional<int64_t> value;
  if (!world.random.OneIn(3)) value = world.random.Between(0, 30);
  return SetLimit(world, name, scope, value);
}

}  // namespace fleet::testing
