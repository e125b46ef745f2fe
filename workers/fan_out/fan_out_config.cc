#include "workers/fan_out/fan_out_config.h"

#include "common/status/status_macros.h"

namespace fleet::worker {

absl::Status FanOutConfig::Validate() const {
  FLEET_RETURN_IF_ERROR(settings.Validate());
  FLEET_RETURN_IF_ERROR(tracing.Validate());
  if (poll_interval <= absl::ZeroDuration()) return absl::InvalidArgumentError("--poll_interval must be positive");
  return absl::OkStatus();
}

}  // namespace fleet::worker
