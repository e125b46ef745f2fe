#include "workers/fan_out/lease_reaper.h"

#include <optional>

#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"

namespace fleet::worker {
absl::StatusOr<bool> LeaseReaper::RunOnce() {
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, limits_.InForce());
  FLEET_ASSIGN_OR_RETURN(const bool may_judge, MayJudge(limits));
  if (may_judge) {
    FLEET_ASSIGN_OR_RETURN(const int lost, runners_.MarkLost(limits.Lease()));
    if (lost > 0) {
      metrics_.CountLostRunners(lost);
      LogWarning("runners_lost", {{"count", lost}});
    }
  }
  last_pass_ = clock_.Elapsed();
  FLEET_ASSIGN_OR_RETURN(const std::optional<int> cleared, runners_.ReclaimStep());
  if (!cleared.has_value()) return false;
  if (*cleared > 0) {
    metrics_.CountChildren("reclaim", *cleared);
    hints_.Send(store::kWorkChannel, "*");
    hints_.Send(store::kChangesChannel, "*");
  }
  return true;
}

absl::StatusOr<bool> LeaseReaper::MayJudge(const domain::Limits& limits) {
  const absl::Duration now = clock_.Elapsed();
  if (now - last_pass_ > limits.Lease() / 2) judge_after_ = now + limits.Lease();
  if (now < judge_after_) return false;
  return runners_.ServicesPresentFor(limits.Lease(), limits.PresenceGap());
}

}  // namespace fleet::worker
