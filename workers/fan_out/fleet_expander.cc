#include "workers/fan_out/fleet_expander.h"

#include <optional>

#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"

namespace fleet::worker {

absl::StatusOr<bool> FleetExpander::RunOnce() {
  const absl::StatusOr<std::optional<store::JobStep>> step = jobs_.ExpandStep();
  FLEET_ASSIGN_OR_RETURN(const bool done,
                         reporter_.Take("expand", step, {store::kChangesChannel, store::kWorkChannel}));
  if (done && (*step)->finished) LogInfo("fleet_expanded", {{"fleet_id", (*step)->fleet_id.ToString()}});
  return done;
}

}  // namespace fleet::worker
