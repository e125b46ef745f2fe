#include "workers/fan_out/cancel_sweeper.h"

#include <optional>

#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"

namespace fleet::worker {

absl::StatusOr<bool> CancelSweeper::RunOnce() {
  FLEET_ASSIGN_OR_RETURN(const bool swept, Account("sweep", jobs_.SweepStep()));
  FLEET_ASSIGN_OR_RETURN(const bool ended, Account("end_stragglers", jobs_.EndStragglersStep()));
  return swept || ended;
}

absl::StatusOr<bool> CancelSweeper::Account(const char* job,
                                            const absl::StatusOr<std::optional<store::JobStep>>& step) {
  if (!step.ok()) {
    metrics_.CountStep(job, false);
    return step.status();
  }
  if (!step->has_value()) return false;
  metrics_.CountStep(job, true);
  metrics_.CountChildren(job, (*step)->children);
  hints_.Send(store::kChangesChannel, (*step)->fleet_id.ToString());
  return true;
}

}  // namespace fleet::worker
