// fleet-worker: enqueues children, ends and retries them for operators, takes back what lost runners held.
#include <optional>
#include <string>

#include "absl/flags/flag.h"
#include "common/lifecycle/process_files.h"
#include "common/lifecycle/program_flags.h"
#include "common/lifecycle/server_program.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/logging/structured_log.h"
#include "workers/fan_out/fan_out_config.h"
#include "workers/fan_out/worker_process.h"

ABSL_FLAG(std::string, metrics_listen, "127.0.0.1:7092",
          "Address for /metrics, /healthz and /readyz; port 0 takes a free one.");
ABSL_FLAG(std::string, port_file, "", "Where to write the port once working: a line metrics=PORT.");
ABSL_FLAG(std::string, database_url_file, "",
          "File with the database's URI or conninfo. Without it the environment's FLEET_DATABASE_URL is used.");
ABSL_FLAG(bool, wake_up_hints, true, "Send and hear wake-up hints through the database; without, all is polled.");
ABSL_FLAG(std::optional<absl::Duration>, lease_duration, std::nullopt,
          "A runner silent for this long is lost. Kept in the database, like fleetctl limits set lease_ms; without the "
          "flag it is as it stands there.");
ABSL_FLAG(std::optional<absl::Duration>, cancel_grace, std::nullopt,
          "What runners have to confirm that they stopped a child. Kept like --lease_duration, as cancel_grace_ms.");
ABSL_FLAG(fleet::LogLevel, log_level, fleet::LogLevel::kInfo,
          "Which lines are logged: debug, info, warning or error and above; see docs/operations.md for how to change "
          "it at run time.");
ABSL_FLAG(absl::Duration, poll_interval, absl::Milliseconds(500), "How often to look for work that no hint announced.");
ABSL_FLAG(std::string, otlp_endpoint, "",
          "Collector to send traces to by OTLP over HTTP, as http://host:4318; default: none are recorded.");

namespace {

fleet::worker::FanOutConfig ReadFlags() {
  fleet::worker::FanOutConfig config;
  config.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  config.port_file = absl::GetFlag(FLAGS_port_file);
  config.wake_up_hints = absl::GetFlag(FLAGS_wake_up_hints);
  config.settings.lease_duration = absl::GetFlag(FLAGS_lease_duration);
  config.settings.cancel_grace = absl::GetFlag(FLAGS_cancel_grace);
  config.poll_interval = absl::GetFlag(FLAGS_poll_interval);
  config.tracing.otlp_endpoint = absl::GetFlag(FLAGS_otlp_endpoint);
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  fleet::ParseProgramFlags(argc, argv,
                           "Fans fleets out, sweeps cancelled ones, finds lost runners. Run any number.\n"
                           "The database is in FLEET_DATABASE_URL or --database_url_file; see docs/operations.md.",
                           __FILE__);
  fleet::StartLog("fleet-worker", absl::GetFlag(FLAGS_log_level));
  fleet::ShutdownSignal shutdown;
  fleet::worker::FanOutConfig config = ReadFlags();
  const absl::StatusOr<std::string> url = fleet::ReadDatabaseUrl(absl::GetFlag(FLAGS_database_url_file));
  if (!url.ok()) return fleet::CannotStart(url.status(), fleet::kWrongSettings);
  config.database_url = *url;
  return fleet::RunServer<fleet::worker::WorkerProcess>(shutdown, config);
}
