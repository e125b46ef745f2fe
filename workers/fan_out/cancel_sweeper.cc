#include "workers/fan_out/cancel_sweeper.h"

#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"

namespace fleet::worker {

absl::StatusOr<bool> CancelSweeper::RunOnce() {
  FLEET_ASSIGN_OR_RETURN(const bool any, jobs_.AnyDue({store::JobKind::kSweep, store::JobKind::kEndStragglers}));
  if (!any) return false;
  FLEET_ASSIGN_OR_RETURN(const bool swept, reporter_.Take("sweep", jobs_.SweepStep(), {store::kChangesChannel}));
  FLEET_ASSIGN_OR_RETURN(const bool ended,
                         reporter_.Take("end_stragglers", jobs_.EndStragglersStep(), {store::kChangesChannel}));
  return swept || ended;
}

}  // namespace fleet::worker
