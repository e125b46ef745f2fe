#include "workers/fan_out/worker_process.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "common/database/connection_pool.h"
#include "common/database/migrator.h"
#include "common/database/notification_listener.h"
#include "common/database/notification_sender.h"
#include "common/lifecycle/periodic_loop.h"
#include "common/logging/structured_log.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/ops_server.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"
#include "common/store/job_store.h"
#include "common/store/runner_store.h"
#include "workers/fan_out/cancel_sweeper.h"
#include "workers/fan_out/fleet_expander.h"
#include "workers/fan_out/fleet_steward.h"
#include "workers/fan_out/job_reporter.h"
#include "workers/fan_out/lease_reaper.h"

namespace fleet::worker {
namespace {

// One connection a loop.
constexpr std::size_t kConnections = 5;

// Runs one pass of a job; an error waits for the next interval, so that a database that is away is not hammered.
PeriodicLoop::Next Pass(const char* job, const std::function<absl::StatusOr<bool>()>& run_once) {
  const absl::StatusOr<bool> more = run_once();
  if (!more.ok()) {
    LogWarning("step_failed", {{"job", job}, {"error", more.status()}});
    return PeriodicLoop::Next::kWait;
  }
  return *more ? PeriodicLoop::Next::kAgain : PeriodicLoop::Next::kWait;
}

}  // namespace

// Members start in this order and end in the reverse.
struct WorkerProcess::Parts {
  explicit Parts(const FanOutConfig& config)
      : registry(std::make_shared<prometheus::Registry>()),
        metrics(*registry),
        connections(config.database_url, kConnections),
        jobs(connections, config.cancel_grace),
        runners(connections),
        hints(config.database_url, config.wake_up_hints),
        reporter(hints, metrics),
        expander(jobs, reporter),
        sweeper(jobs, reporter),
        steward(jobs, reporter, Clock::System()),
        reaper(runners, hints, metrics, Clock::System(), config.lease_duration),
        expand_loop(config.poll_interval, [this] { return Pass("expand", [this] { return expander.RunOnce(); }); }),
        sweep_loop(config.poll_interval, [this] { return Pass("sweep", [this] { return sweeper.RunOnce(); }); }),
        steward_loop(config.poll_interval, [this] { return Pass("steward", [this] { return steward.RunOnce(); }); }),
        reap_loop(std::min(absl::Seconds(1), config.lease_duration / 10),
                  [this] { return Pass("reap", [this] { return reaper.RunOnce(); }); }),
        listener(config.database_url, {store::kJobsChannel}, config.wake_up_hints,
                 [this](const std::string&, const std::vector<std::string>&) {
                   expand_loop.Wake();
                   sweep_loop.Wake();
                   steward_loop.Wake();
                 }) {}

  std::shared_ptr<prometheus::Registry> registry;
  metrics::WorkerMetrics metrics;
  database::ConnectionPool connections;
  store::JobStore jobs;
  store::RunnerStore runners;
  database::NotificationSender hints;
  JobReporter reporter;
  FleetExpander expander;
  CancelSweeper sweeper;
  FleetSteward steward;
  LeaseReaper reaper;
  std::unique_ptr<metrics::OpsServer> ops;
  PeriodicLoop expand_loop;
  PeriodicLoop sweep_loop;
  PeriodicLoop steward_loop;
  PeriodicLoop reap_loop;
  database::NotificationListener listener;
};

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(const FanOutConfig& config) {
  FLEET_RETURN_IF_ERROR(database::CheckSchema(config.database_url));
  auto parts = std::make_unique<Parts>(config);
  metrics::RegisterBuildInfo(*parts->registry, "fleet-worker");
  FLEET_ASSIGN_OR_RETURN(parts->ops, metrics::OpsServer::Start(config.metrics_listen, parts->registry));
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(std::move(parts)));
}

WorkerProcess::WorkerProcess(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WorkerProcess::~WorkerProcess() = default;

int WorkerProcess::metrics_port() const { return parts_->ops->port(); }

}  // namespace fleet::worker
