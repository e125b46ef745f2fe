// Settings of fleet-runner, from its flags.
#ifndef FLEET_WORKERS_TASK_RUNNER_RUNNER_CONFIG_H_
#define FLEET_WORKERS_TASK_RUNNER_RUNNER_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/tracing/tracing.h"
#include "workers/task_runner/disk_guard.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/step_settings.h"

namespace fleet::runner {

struct RunnerConfig {
  // "host:port" of fleet-service; at least one.
  std::vector<std::string> servers = {"127.0.0.1:7070"};
  // Sent as the caller's identity.
  std::string user;
  // For people: host or pod name.
  std::string name;
  std::string pool = "default";
  // Tasks at once, 1 to 500.
  int slots = 1;
  // Absolute path.
  std::string work_dir;
  GitSettings git;
  // What the operator passes to steps.
  StepSettingsFiles step_settings;
  // How long running tasks may go on after SIGTERM.
  absl::Duration drain_timeout = absl::Seconds(30);

  DiskReserve disk_reserve;
  tracing::TracingConfig tracing;
  // "host:port" for /metrics; empty: none.
  std::string metrics_listen;
  // Empty: none.
  std::string port_file;

  // kInvalidArgument naming the flag that is wrong.
  absl::Status Validate() const;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_RUNNER_CONFIG_H_
