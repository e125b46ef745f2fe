#include "workers/fan_out/lease_reaper.h"

#include <algorithm>
#include <optional>

#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"

namespace fleet::worker {
namespace {

// A service records its presence every two seconds.
constexpr absl::Duration kPresenceGap = absl::Seconds(10);

}  // namespace

LeaseReaper::LeaseReaper(store::RunnerStore& runners, database::NotificationSender& hints,
                         metrics::WorkerMetrics& metrics, const Clock& clock, absl::Duration lease_duration)
    : runners_(runners),
      hints_(hints),
      metrics_(metrics),
      clock_(clock),
      lease_duration_(lease_duration),
      last_pass_(clock.Elapsed()),
      // A worker that just started has not seen whether the database was away: it waits like after a gap.
      judge_after_(clock.Elapsed() + lease_duration) {}

absl::StatusOr<bool> LeaseReaper::RunOnce() {
  FLEET_ASSIGN_OR_RETURN(const bool may_judge, MayJudge());
  if (may_judge) {
    FLEET_ASSIGN_OR_RETURN(const int lost, runners_.MarkLost(lease_duration_));
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

absl::StatusOr<bool> LeaseReaper::MayJudge() {
  const absl::Duration now = clock_.Elapsed();
  if (now - last_pass_ > lease_duration_ / 2) judge_after_ = now + lease_duration_;
  if (now < judge_after_) return false;
  return runners_.ServicesPresentFor(lease_duration_, std::min(kPresenceGap, lease_duration_));
}

}  // namespace fleet::worker
