#include "common/domain/system_summary.h"

#include <algorithm>
#include <utility>

namespace fleet::domain {
namespace {

struct User {
  int32_t active = 0;
  int32_t fleets = 0;
};

// Since when the oldest child that may start has been ready; what is delayed is as old as the first retry at most.
std::optional<absl::Time> OldestReady(const Fleet& fleet, absl::Time now) {
  if (!MayStart(fleet) || IsLate(fleet, now)) return std::nullopt;
  if (fleet.rollup.Fresh() > 0) return fleet.queue_since;
  if (!fleet.next_retry_at.has_value() || *fleet.next_retry_at > now) return std::nullopt;
  return std::max(fleet.queue_since, *fleet.next_retry_at);
}

// Whether more than its turn keeps a fleet with ready children from starting them.
bool IsHeld(const std::vector<Waiting>& reasons) {
  return std::any_of(reasons.begin(), reasons.end(), [](const Waiting& waiting) {
    return waiting.reason != WaitReason::kExpanding && waiting.reason != WaitReason::kRetrying;
  });
}

class Summary {
 public:
  explicit Summary(const SystemPicture& picture) : picture_(picture) {
    usage_.now = picture.now;
    usage_.limits = picture.limits;
  }

  SystemSummary Make() {
    for (const auto& [key, value] : picture_.limits.overrides) {
      if (key.first == "pool_active") sum_.pools[key.second];
    }
    for (const auto& [name, runners] : picture_.runners) sum_.pools[name].runners = runners;
    for (const Fleet& fleet : picture_.fleets) Count(fleet);
    for (auto& [name, pool] : sum_.pools) pool.limit = picture_.limits.PoolActive(name);
    for (const auto& [name, user] : users_) {
      if (user.active >= picture_.limits.UserActive(name)) ++sum_.users_at_active;
      if (user.fleets >= picture_.limits.OpenFleetsOf(name)) ++sum_.users_at_fleets;
    }
    // What a fleet waits on is known once all are counted.
    for (const Fleet& fleet : picture_.fleets) Judge(fleet);
    return std::move(sum_);
  }

 private:
  void Count(const Fleet& fleet) {
    // Of a later version there may be others.
    const auto fleet_state = static_cast<std::size_t>(fleet.state);
    if (fleet_state < kFleetStateCount) ++sum_.fleets[fleet_state];
    for (std::size_t state = 1; state < kTaskStateCount; ++state) sum_.tasks[state] += fleet.rollup.states[state];
    sum_.active += fleet.rollup.Active();
    User& user = users_[fleet.creator];
    user.active += fleet.rollup.Active();
    ++user.fleets;
    SystemSummary::Pool& pool = sum_.pools[fleet.pool];
    pool.queued += fleet.rollup.State(TaskState::kQueued);
    pool.active += fleet.rollup.Active();
    const std::optional<absl::Time> ready = OldestReady(fleet, picture_.now);
    if (ready.has_value()) pool.oldest_ready = std::min(pool.oldest_ready.value_or(*ready), *ready);
  }

  void Judge(const Fleet& fleet) {
    const SystemSummary::Pool& pool = sum_.pools[fleet.pool];
    usage_.system_active = static_cast<int32_t>(sum_.active);
    usage_.user_active = users_[fleet.creator].active;
    usage_.pool_runners = pool.runners.live;
    usage_.pool_slots = pool.runners.slots;
    usage_.pool_active = static_cast<int32_t>(pool.active);
    const std::vector<Waiting> reasons = WaitingOn(fleet, usage_);
    for (const Waiting& waiting : reasons) ++sum_.waiting[static_cast<std::size_t>(waiting.reason)];
    if (IsHeld(reasons) || pool.active >= pool.runners.slots || !OldestReady(fleet, picture_.now).has_value()) return;
    sum_.startable.push_back({fleet.id, fleet.pool, fleet.next_ordinal, fleet.rollup.State(TaskState::kQueued)});
  }

  const SystemPicture& picture_;
  SystemSummary sum_;
  std::map<std::string, User> users_;
  Usage usage_;
};

}  // namespace

SystemSummary Summarize(const SystemPicture& picture) { return Summary(picture).Make(); }

}  // namespace fleet::domain
