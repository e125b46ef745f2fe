// fleet-runner: leases child tasks from fleet-service and executes them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/clock/clock.h"
#include "common/lifecycle/periodic_loop.h"
#include "common/lifecycle/process_files.h"
#include "common/lifecycle/program_flags.h"
#include "common/lifecycle/readiness.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/logging/structured_log.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/log_metrics.h"
#include "common/metrics/ops_server.h"
#include "common/metrics/runner_metrics.h"
#include "common/status/status_macros.h"
#include "common/tracing/tracing.h"
#include "prometheus/registry.h"
#include "workers/task_runner/boot_clock.h"
#include "workers/task_runner/disk_guard.h"
#include "workers/task_runner/host_identity.h"
#include "workers/task_runner/leftover_remover.h"
#include "workers/task_runner/live_logs.h"
#include "workers/task_runner/process_hardening.h"
#include "workers/task_runner/runner_client.h"
#include "workers/task_runner/runner_config.h"
#include "workers/task_runner/runner_loop.h"
#include "workers/task_runner/task_directories.h"
#include "workers/task_runner/task_executor.h"
#include "workers/task_runner/work_directory.h"

ABSL_FLAG(std::vector<std::string>, servers, std::vector<std::string>({"127.0.0.1:7070"}),
          "fleet-service addresses, host:port, separated by commas; any one that answers is used");
ABSL_FLAG(int, slots, 0, "tasks at once, 1 to 500; 0: one per core");
ABSL_FLAG(std::string, work_dir, "", "where clones are kept; default: $TMPDIR/fleet-runner-<login name>");
ABSL_FLAG(std::vector<std::string>, git_protocols, std::vector<std::string>({"https", "ssh"}),
          "protocols that repositories may be cloned over: https, http, ssh, git, file");
ABSL_FLAG(std::string, git_config, "",
          "git configuration file to use, the only one: credentials, proxies, certificates; default: none");
ABSL_FLAG(std::string, step_env_file, "",
          "file of lines NAME=VALUE that every step gets as environment, read for each task: proxies, tokens; their "
          "names are told in logs, their values masked");
ABSL_FLAG(std::string, step_home, "",
          "folder whose files every task finds in its HOME, such as .npmrc; masked in logs like the former");
ABSL_FLAG(std::string, pool, "default", "the pool this runner serves");
ABSL_FLAG(std::string, name, "", "name for people; default: the host's name");
ABSL_FLAG(std::string, user, "", "identity sent to the services as x-fleet-user; default: the login name");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(30),
          "how long running tasks may go on after SIGTERM before they are stopped and returned to the queue");

ABSL_FLAG(int64_t, disk_reserve, fleet::runner::DiskReserve::kDefault,
          "bytes to keep free where clones are: below, no task is leased and the one that uses most is stopped; "
          "0: none; -1: 1 GiB, at most a twentieth of the disk");
ABSL_FLAG(int64_t, file_reserve, fleet::runner::DiskReserve::kDefault,
          "the same for inodes; -1: 50,000, at most a twentieth");
ABSL_FLAG(std::string, metrics_listen, "",
          "address for /metrics, /healthz and /readyz, port 0 takes a free one; default: none are served");
ABSL_FLAG(std::string, otlp_endpoint, "",
          "collector to send traces to by OTLP over HTTP, as http://host:4318; default: none are recorded");
ABSL_FLAG(fleet::LogLevel, log_level, fleet::LogLevel::kInfo,
          "which lines are logged: debug, info, warning or error and above; see docs/operations.md for how to change "
          "it at run time");
ABSL_FLAG(std::string, port_file, "", "where to write the port of /metrics: a line metrics=PORT");

namespace fleet::runner {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(5);
constexpr absl::Duration kRemovalInterval = absl::Seconds(1);
// A disk takes some GB a second: the reserve must last until a task is measured and stopped.
constexpr absl::Duration kGuardInterval = absl::Milliseconds(250);
// Of logs that are followed; at most a chunk of each.
constexpr absl::Duration kLogInterval = absl::Milliseconds(500);

std::string Environment(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? fallback : value;
}

// Of a file or folder that may be left out.
std::string AbsolutePath(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

RunnerConfig ConfigFromFlags() {
  RunnerConfig config;
  config.servers = absl::GetFlag(FLAGS_servers);
  config.slots = absl::GetFlag(FLAGS_slots);
  if (config.slots == 0) config.slots = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 500u));
  config.user = absl::GetFlag(FLAGS_user).empty() ? LoginName() : absl::GetFlag(FLAGS_user);
  config.name = absl::GetFlag(FLAGS_name).empty() ? HostName() : absl::GetFlag(FLAGS_name);
  config.pool = absl::GetFlag(FLAGS_pool);
  const std::string work_dir = absl::GetFlag(FLAGS_work_dir);
  config.work_dir = std::filesystem::absolute(
      work_dir.empty() ? absl::StrCat(Environment("TMPDIR", "/tmp"), "/fleet-runner-", LoginName()) : work_dir);
  config.git.protocols = absl::GetFlag(FLAGS_git_protocols);
  config.git.config_file = AbsolutePath(absl::GetFlag(FLAGS_git_config));
  config.step_settings = {AbsolutePath(absl::GetFlag(FLAGS_step_env_file)),
                          AbsolutePath(absl::GetFlag(FLAGS_step_home))};
  config.git.path = Environment("PATH", config.git.path);
  config.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  config.disk_reserve = {absl::GetFlag(FLAGS_disk_reserve), absl::GetFlag(FLAGS_file_reserve)};
  config.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  config.tracing.otlp_endpoint = absl::GetFlag(FLAGS_otlp_endpoint);
  config.port_file = absl::GetFlag(FLAGS_port_file);
  return config;
}

// Returns when a signal came, the tasks had their time and the last one has ended, or when the runner was refused.
void DrainOnSignal(ShutdownSignal& signals, RunnerLoop& loop, absl::Duration drain_timeout) {
  while (signals.WaitFor(absl::Milliseconds(200)) == 0) {
    if (loop.WaitUntilEnded(absl::ZeroDuration())) return;
  }
  LogInfo("draining", {{"drain_timeout", absl::FormatDuration(drain_timeout)}});
  loop.Drain();
  const Clock& clock = Clock::System();
  const absl::Duration end = clock.Elapsed() + drain_timeout;
  // A second signal ends the wait.
  while (clock.Elapsed() < end && !loop.WaitUntilEnded(absl::ZeroDuration())) {
    if (signals.WaitFor(absl::Milliseconds(50)) != 0) break;
  }
  loop.ReleaseTasks();
}

// Null if none is wanted.
absl::StatusOr<std::unique_ptr<metrics::OpsServer>> ServeOps(const RunnerConfig& config,
                                                             const prometheus::Registry& registry,
                                                             const Readiness& readiness) {
  if (config.metrics_listen.empty()) return nullptr;
  FLEET_ASSIGN_OR_RETURN(auto server, metrics::OpsServer::Start(config.metrics_listen, registry, readiness));
  FLEET_RETURN_IF_ERROR(WritePortFile(config.port_file, {{"metrics", server->port()}}));
  LogInfo("metrics_served", {{"port", server->port()}});
  return server;
}

int Main(ShutdownSignal& signals) {
  const RunnerConfig config = ConfigFromFlags();
  const absl::Status valid = config.Validate();
  if (!valid.ok()) {
    std::cerr << "fleet-runner: " << valid.message() << "\n";
    return 2;
  }
  prometheus::Registry registry;
  metrics::RegisterBuildInfo(registry, "fleet-runner");
  metrics::RunnerMetrics metrics(registry);
  const tracing::Tracing tracing(config.tracing, "fleet-runner", registry);
  metrics.AddSlots(static_cast<std::size_t>(config.slots));
  LeftoverRemover leftovers(Clock::System(), metrics);
  auto work_directory = WorkDirectory::Open(config.work_dir, &leftovers);
  if (!work_directory.ok()) {
    std::cerr << "fleet-runner: --work_dir: " << work_directory.status().message() << "\n";
    return 1;
  }
  const BootClock boot_clock;
  RunnerClient client(config.servers, config.user, kCallTimeout, &metrics);
  TaskDirectories directories(work_directory->path(), leftovers);
  DiskGuard guard(work_directory->path(), config.disk_reserve, directories, metrics);
  metrics::LiveLogMetrics log_metrics(registry);
  LiveLogs live_logs(client, log_metrics);
  TaskExecutor executor(config.git, directories, Clock::System(), config.step_settings,
                        {tracing.tracer(), &live_logs, &metrics});
  const PeriodicLoop removing(kRemovalInterval, [&] {
    leftovers.RunOnce();
    return PeriodicLoop::Next::kWait;
  });
  const PeriodicLoop guarding(kGuardInterval, [&] {
    guard.RunOnce();
    return PeriodicLoop::Next::kWait;
  });
  const PeriodicLoop sending_logs(kLogInterval, [&] {
    live_logs.RunOnce();
    return PeriodicLoop::Next::kWait;
  });
  RunnerLoop loop(config, client, executor, boot_clock);
  const Readiness readiness([&] { return loop.Ready(); });
  const auto ops = ServeOps(config, registry, readiness);
  if (!ops.ok()) {
    std::cerr << "fleet-runner: " << ops.status().message() << "\n";
    return absl::IsInvalidArgument(ops.status()) ? 2 : 1;
  }
  absl::Status status;
  std::thread runner([&] { status = loop.Run(); });
  DrainOnSignal(signals, loop, config.drain_timeout);
  runner.join();
  if (!status.ok()) {
    LogError("runner_refused", {{"error", status}});
    return 1;
  }
  LogInfo("drained");
  return 0;
}

}  // namespace
}  // namespace fleet::runner

int main(int argc, char** argv) {
  fleet::runner::HardenProcess();
  fleet::runner::RaiseOpenFilesLimit();
  fleet::ParseProgramFlags(argc, argv,
                           "Leases child tasks from fleet-service and executes them with git. Run any\n"
                           "number, on any machine; see docs/operations.md, \"More runners\".",
                           __FILE__);
  fleet::StartLog("fleet-runner", absl::GetFlag(FLAGS_log_level));
  fleet::ShutdownSignal signals;
  return fleet::runner::Main(signals);
}
