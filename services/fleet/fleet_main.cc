// fleet-service: serves FleetService, CatalogService, RunnerService and AdminService.
#include <optional>
#include <string>

#include "absl/flags/flag.h"
#include "common/database/migrator.h"
#include "common/lifecycle/process_files.h"
#include "common/lifecycle/program_flags.h"
#include "common/lifecycle/server_program.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/logging/structured_log.h"
#include "services/fleet/service_config.h"
#include "services/fleet/service_process.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:7070", "Address for gRPC; port 0 takes a free one.");
ABSL_FLAG(std::string, metrics_listen, "127.0.0.1:7090",
          "Address for /metrics, /healthz and /readyz; port 0 takes a free one.");
ABSL_FLAG(std::string, port_file, "", "Where to write the ports once serving: lines grpc=PORT and metrics=PORT.");
ABSL_FLAG(std::string, database_url_file, "",
          "File with the database's URI or conninfo. Without it the environment's FLEET_DATABASE_URL is used.");
ABSL_FLAG(bool, insecure_identity, false,
          "Believe the caller's name in the metadata key x-fleet-user. Only on loopback. Without it every call is "
          "UNAUTHENTICATED.");
ABSL_FLAG(bool, wake_up_hints, true, "Send and hear wake-up hints through the database; without, all is polled.");
ABSL_FLAG(bool, migrate_and_exit, false, "Bring the database to this program's schema, then exit.");
ABSL_FLAG(std::optional<absl::Duration>, lease_duration, std::nullopt,
          "A runner silent for this long is lost. Kept in the database, like fleetctl limits set lease_ms; without the "
          "flag it is as it stands there.");
ABSL_FLAG(absl::Duration, heartbeat_interval, absl::Seconds(5),
          "How often runners are told to send heartbeats; at most half a lease.");
ABSL_FLAG(std::optional<absl::Duration>, cancel_grace, std::nullopt,
          "What runners have to confirm that they stopped a child. Kept like --lease_duration, as cancel_grace_ms.");
ABSL_FLAG(fleet::LogLevel, log_level, fleet::LogLevel::kInfo,
          "Which lines are logged: debug, info, warning or error and above; see docs/operations.md for how to change "
          "it at run time.");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10), "On SIGTERM, how long calls may take to finish.");
ABSL_FLAG(std::string, otlp_endpoint, "",
          "Collector to send traces to by OTLP over HTTP, as http://host:4318; default: none are recorded.");
ABSL_FLAG(
    double, trace_ratio, 0.01,
    "Share of the fleets to trace whose submission comes without a traceparent, 0 to 1; with one, its flag decides.");

namespace {

fleet::service::ServiceConfig ReadFlags() {
  fleet::service::ServiceConfig config;
  config.listen = absl::GetFlag(FLAGS_listen);
  config.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  config.port_file = absl::GetFlag(FLAGS_port_file);
  config.insecure_identity = absl::GetFlag(FLAGS_insecure_identity);
  config.wake_up_hints = absl::GetFlag(FLAGS_wake_up_hints);
  config.settings.lease_duration = absl::GetFlag(FLAGS_lease_duration);
  config.heartbeat_interval = absl::GetFlag(FLAGS_heartbeat_interval);
  config.settings.cancel_grace = absl::GetFlag(FLAGS_cancel_grace);
  config.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  config.tracing = {absl::GetFlag(FLAGS_otlp_endpoint), absl::GetFlag(FLAGS_trace_ratio)};
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  fleet::ParseProgramFlags(argc, argv,
                           "Accepts fleets, hands out their children and tells where they stand.\n"
                           "The database is in FLEET_DATABASE_URL or --database_url_file; see docs/operations.md.",
                           __FILE__);
  fleet::StartLog("fleet-service", absl::GetFlag(FLAGS_log_level));
  fleet::ShutdownSignal shutdown;
  fleet::service::ServiceConfig config = ReadFlags();
  const absl::StatusOr<std::string> url = fleet::ReadDatabaseUrl(absl::GetFlag(FLAGS_database_url_file));
  if (!url.ok()) return fleet::CannotStart(url.status(), fleet::kWrongSettings);
  config.database_url = *url;
  if (absl::GetFlag(FLAGS_migrate_and_exit)) {
    if (const absl::Status valid = config.Validate(); !valid.ok())
      return fleet::CannotStart(valid, fleet::kWrongSettings);
    const absl::Status migrated = fleet::database::Migrate(config.database_url);
    return migrated.ok() ? 0 : fleet::CannotStart(migrated, fleet::kCannotServe);
  }
  return fleet::RunServer<fleet::service::ServiceProcess>(shutdown, config);
}
