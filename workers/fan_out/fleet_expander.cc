#include "workers/fan_out/fleet_expander.h"

#include <optional>

#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"

namespace fleet::worker {

absl::StatusOr<bool> FleetExpander::RunOnce() {
  const absl::StatusOr<std::optional<store::JobStep>> step = jobs_.ExpandStep();
  if (!step.ok()) {
    metrics_.CountStep("expand", false);
    return step.status();
  }
  if (!step->has_value()) return false;
  metrics_.CountStep("expand", true);
  metrics_.CountChildren("expand", (*step)->children);
  const std::string fleet_id = (*step)->fleet_id.ToString();
  hints_.Send(store::kChangesChannel, fleet_id);
  hints_.Send(store::kWorkChannel, fleet_id);
  if ((*step)->finished) LogInfo("fleet_expanded", {{"fleet_id", fleet_id}});
  return true;
}

}  // namespace fleet::worker
