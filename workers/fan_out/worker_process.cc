#include "workers/fan_out/worker_process.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/clock/clock.h"
#include "common/database/connection_pool.h"
#include "common/database/database_probe.h"
#include "common/database/migrator.h"
#include "common/database/notification_listener.h"
#include "common/database/notification_sender.h"
#include "common/lifecycle/periodic_loop.h"
#include "common/lifecycle/process_identity.h"
#include "common/lifecycle/readiness.h"
#include "common/logging/structured_log.h"
#include "common/metrics/change_metrics.h"
#include "common/metrics/database_metrics.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/ops_server.h"
#include "common/observation/store_observer.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"
#include "common/store/job_store.h"
#include "common/store/limit_store.h"
#include "common/store/runner_store.h"
#include "common/store/start_settings.h"
#include "common/store/system_store.h"
#include "common/store/trace_store.h"
#include "common/tracing/tracing.h"
#include "workers/fan_out/job_reporter.h"
#include "workers/fan_out/job_worker.h"
#include "workers/fan_out/lease_reaper.h"
#include "workers/fan_out/trace_teller.h"
#include "workers/fan_out/worker_presence.h"

namespace fleet::worker {
namespace {

// One connection a loop.
constexpr std::size_t kConnections = 7;
constexpr absl::Duration kConnectionWait = absl::Seconds(10);
constexpr absl::Duration kProbeInterval = absl::Milliseconds(500);
// A ping that hangs for so long counts as failed.
constexpr absl::Duration kProbeFreshness = absl::Milliseconds(2500);
// How much later than its lease a runner may be found lost.
constexpr absl::Duration kMostReapInterval = absl::Seconds(1);
constexpr absl::Duration kPresenceInterval = absl::Seconds(2);
// How often to look for fleets to tell of, and, where none is told of, for those that nobody told of.
constexpr absl::Duration kTraceInterval = absl::Seconds(1);
constexpr absl::Duration kForgetInterval = absl::Minutes(1);

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
  Parts(const FanOutConfig& config, absl::Duration lease)
      : metrics(registry),
        change_metrics(registry),
        database_metrics(registry),
        observer("jobs", kConnections, database_metrics, change_metrics),
        tracing(config.tracing, "fleet-worker", registry),
        connections(config.database_url, kConnections, kConnectionWait, &observer),
        jobs(connections),
        runners(connections),
        limits(connections),
        system(connections),
        traces(connections),
        hints(config.database_url, config.wake_up_hints),
        reporter(hints, metrics, tracing.tracer()),
        fan_out(jobs, JobTypesOf(store::JobLoop::kFanOut), reporter, Clock::System()),
        closing(jobs, JobTypesOf(store::JobLoop::kClosing), reporter, Clock::System()),
        upkeep(jobs, JobTypesOf(store::JobLoop::kUpkeep), reporter, Clock::System()),
        reaper(runners, limits, hints, metrics, Clock::System()),
        presence(domain::Ulid::Generate(absl::Now()), {ProgramVersion(), MachineName()}, system),
        teller(traces, tracing.tracer()),
        probe(connections, Clock::System(), kProbeFreshness),
        readiness([this] { return probe.Check(); }),
        fan_out_loop(config.poll_interval, [this] { return Pass("expand", [this] { return fan_out.RunOnce(); }); }),
        closing_loop(config.poll_interval, [this] { return Pass("closing", [this] { return closing.RunOnce(); }); }),
        upkeep_loop(config.poll_interval, [this] { return Pass("upkeep", [this] { return upkeep.RunOnce(); }); }),
        reap_loop(std::min(kMostReapInterval, lease / 10),
                  [this] { return Pass("reap", [this] { return reaper.RunOnce(); }); }),
        trace_loop(tracing.tracer().is_on() ? kTraceInterval : kForgetInterval,
                   [this] { return Pass("trace", [this] { return teller.RunOnce(); }); }),
        probe_loop(kProbeInterval,
                   [this] {
                     probe.RunOnce();
                     return PeriodicLoop::Next::kWait;
                   }),
        presence_loop(kPresenceInterval,
                      [this] {
                        (void)presence.RunOnce();
                        return PeriodicLoop::Next::kWait;
                      }),
        listener(config.database_url, {store::kJobsChannel}, config.wake_up_hints,
                 [this](const std::string&, const std::vector<std::string>&) {
                   fan_out_loop.Wake();
                   closing_loop.Wake();
                   upkeep_loop.Wake();
                 }) {}

  prometheus::Registry registry;
  metrics::WorkerMetrics metrics;
  metrics::ChangeMetrics change_metrics;
  metrics::DatabaseMetrics database_metrics;
  observation::StoreObserver observer;
  const tracing::Tracing tracing;
  database::ConnectionPool connections;
  store::JobStore jobs;
  store::RunnerStore runners;
  store::LimitStore limits;
  store::SystemStore system;
  store::TraceStore traces;
  database::NotificationSender hints;
  JobReporter reporter;
  JobWorker fan_out;
  JobWorker closing;
  JobWorker upkeep;
  LeaseReaper reaper;
  WorkerPresence presence;
  TraceTeller teller;
  database::DatabaseProbe probe;
  Readiness readiness;
  std::unique_ptr<metrics::OpsServer> ops;
  PeriodicLoop fan_out_loop;
  PeriodicLoop closing_loop;
  PeriodicLoop upkeep_loop;
  PeriodicLoop reap_loop;
  PeriodicLoop trace_loop;
  PeriodicLoop probe_loop;
  PeriodicLoop presence_loop;
  database::NotificationListener listener;
};

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(const FanOutConfig& config) {
  FLEET_RETURN_IF_ERROR(database::CheckSchema(config.database_url));
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits,
                         store::TakeSettings(config.database_url, "fleet-worker", config.settings));
  auto parts = std::make_unique<Parts>(config, limits.Lease());
  metrics::RegisterBuildInfo(parts->registry, "fleet-worker");
  FLEET_ASSIGN_OR_RETURN(parts->ops,
                         metrics::OpsServer::Start(config.metrics_listen, parts->registry, parts->readiness));
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(std::move(parts)));
}

WorkerProcess::WorkerProcess(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WorkerProcess::~WorkerProcess() = default;

std::map<std::string, int> WorkerProcess::Ports() const { return {{"metrics", parts_->ops->port()}}; }

void WorkerProcess::Drain() {
  parts_->readiness.SayStopping();
  parts_->listener.Stop();
  for (PeriodicLoop* loop : {&parts_->fan_out_loop, &parts_->closing_loop, &parts_->upkeep_loop, &parts_->reap_loop,
                             &parts_->trace_loop, &parts_->probe_loop, &parts_->presence_loop}) {
    loop->Stop();
  }
}

}  // namespace fleet::worker
