// fleet-worker: enqueues children, sweeps cancelled fleets, takes back what lost runners held.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/ascii.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/logging/structured_log.h"
#include "workers/fan_out/fan_out_config.h"
#include "workers/fan_out/worker_process.h"

ABSL_FLAG(std::string, metrics_listen, "127.0.0.1:7092", "Address for /metrics; port 0 takes a free one.");
ABSL_FLAG(std::string, port_file, "", "Where to write the port once working: a line metrics=PORT.");
ABSL_FLAG(std::string, database_url_file, "",
          "File with the database's URI or conninfo. Without it the environment's FLEET_DATABASE_URL is used.");
ABSL_FLAG(bool, wake_up_hints, true, "Send and hear wake-up hints through the database; without, all is polled.");
ABSL_FLAG(absl::Duration, lease_duration, absl::Seconds(30),
          "A runner silent for this long is lost. The same as the services'.");
ABSL_FLAG(absl::Duration, poll_interval, absl::Milliseconds(500), "How often to look for work that no hint announced.");

namespace {

std::string DatabaseUrl() {
  const std::string path = absl::GetFlag(FLAGS_database_url_file);
  if (path.empty()) {
    const char* url = std::getenv("FLEET_DATABASE_URL");
    return url == nullptr ? "" : url;
  }
  std::ifstream file(path);
  std::string url((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return std::string(absl::StripAsciiWhitespace(url));
}

int Fail(const absl::Status& status, int code) {
  fleet::LogError("cannot_start", {{"error", status}});
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("fleet-worker: fans fleets out. Documented in README.md.");
  absl::ParseCommandLine(argc, argv);
  fleet::SetLogComponent("fleet-worker");
  fleet::ShutdownSignal shutdown;
  fleet::worker::FanOutConfig config;
  config.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  config.port_file = absl::GetFlag(FLAGS_port_file);
  config.database_url = DatabaseUrl();
  config.wake_up_hints = absl::GetFlag(FLAGS_wake_up_hints);
  config.lease_duration = absl::GetFlag(FLAGS_lease_duration);
  config.poll_interval = absl::GetFlag(FLAGS_poll_interval);
  if (const absl::Status valid = config.Validate(); !valid.ok()) return Fail(valid, 2);
  const auto process = fleet::worker::WorkerProcess::Start(config);
  if (!process.ok()) return Fail(process.status(), 1);
  if (!config.port_file.empty()) {
    // Whole or not at all: readers wait for the file to appear.
    const std::string temporary = config.port_file + ".new";
    std::ofstream(temporary) << "metrics=" << (*process)->metrics_port() << "\n";
    std::rename(temporary.c_str(), config.port_file.c_str());
  }
  fleet::LogInfo("working", {{"metrics_port", (*process)->metrics_port()}});
  fleet::LogInfo("stopping", {{"signal", shutdown.Wait()}});
  return 0;
}
