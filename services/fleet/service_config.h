// Settings of a fleet-service; fleet_main.cc fills them from flags.
#ifndef FLEET_SERVICES_FLEET_SERVICE_CONFIG_H_
#define FLEET_SERVICES_FLEET_SERVICE_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/store/start_settings.h"
#include "common/tracing/tracing.h"

namespace fleet::service {

struct ServiceConfig {
  std::string listen = "127.0.0.1:7070";
  std::string metrics_listen = "127.0.0.1:7090";
  std::string port_file;  // empty: none
  std::string database_url;
  bool insecure_identity = false;
  bool wake_up_hints = true;
  // Told to runners; at most half a lease.
  absl::Duration heartbeat_interval = absl::Seconds(5);
  store::StartSettings settings;
  absl::Duration drain_timeout = absl::Seconds(10);
  tracing::TracingConfig tracing;

  // kInvalidArgument naming the flag and what to do.
  absl::Status Validate() const;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_SERVICE_CONFIG_H_
