#include "workers/fan_out/fan_out_config.h"

namespace fleet::worker {

absl::Status FanOutConfig::Validate() const {
  if (lease_duration < absl::Seconds(1)) return absl::InvalidArgumentError("--lease_duration must be at least 1s");
  if (cancel_grace < absl::ZeroDuration()) return absl::InvalidArgumentError("--cancel_grace must not be negative");
  if (poll_interval <= absl::ZeroDuration()) return absl::InvalidArgumentError("--poll_interval must be positive");
  return absl::OkStatus();
}

}  // namespace fleet::worker
