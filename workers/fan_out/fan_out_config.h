// Settings of a fleet-worker; fan_out_main.cc fills them from flags.
#ifndef FLEET_WORKERS_FAN_OUT_FAN_OUT_CONFIG_H_
#define FLEET_WORKERS_FAN_OUT_FAN_OUT_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/store/start_settings.h"
#include "common/tracing/tracing.h"

namespace fleet::worker {

struct FanOutConfig {
  std::string metrics_listen = "127.0.0.1:7092";
  std::string port_file;  // empty: none
  std::string database_url;
  bool wake_up_hints = true;
  store::StartSettings settings;
  // How often to look for work that no hint announced.
  absl::Duration poll_interval = absl::Milliseconds(500);
  tracing::TracingConfig tracing;

  // kInvalidArgument naming the flag and what to do.
  absl::Status Validate() const;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_FAN_OUT_CONFIG_H_
