#include "services/fleet/service_process.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/clock/clock.h"
#include "common/database/database_probe.h"
#include "common/database/migrator.h"
#include "common/database/notification_listener.h"
#include "common/database/notification_sender.h"
#include "common/dispatch/change_announcer.h"
#include "common/dispatch/dispatcher.h"
#include "common/dispatch/log_relay.h"
#include "common/dispatch/report_batcher.h"
#include "common/dispatch/watch_hub.h"
#include "common/lifecycle/periodic_loop.h"
#include "common/lifecycle/process_identity.h"
#include "common/lifecycle/readiness.h"
#include "common/lifecycle/thread_pool.h"
#include "common/metrics/change_metrics.h"
#include "common/metrics/database_metrics.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/log_metrics.h"
#include "common/metrics/ops_server.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/system_gauges.h"
#include "common/observation/store_observer.h"
#include "common/rpc/grpc_server.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"
#include "common/store/start_settings.h"
#include "common/tracing/tracing.h"
#include "services/fleet/api/method_rows.h"
#include "services/fleet/clone_url_keeper.h"
#include "services/fleet/memory_reclaimer.h"
#include "services/fleet/report_counter.h"
#include "services/fleet/requests/advice.h"
#include "services/fleet/service_presence.h"
#include "services/fleet/store_set.h"
#include "services/fleet/task_gauges.h"

namespace fleet::service {
namespace {

// Connections: as many as threads and loops may want at once. The hot path and runners' calls have pools of their own,
// so that callers who list and watch cannot keep a heartbeat waiting.
constexpr std::size_t kCallerThreads = 8;
constexpr std::size_t kRunnerThreads = 6;
constexpr std::size_t kWatchThreads = 3;
constexpr std::size_t kCallerConnections = kCallerThreads + kWatchThreads + 2;
constexpr std::size_t kRunnerConnections = kRunnerThreads + 2;
constexpr std::size_t kHotConnections = 3;
constexpr std::size_t kMostQueuedCalls = 10000;
constexpr std::size_t kMostQueuedWatchSteps = 200000;
constexpr absl::Duration kProbeInterval = absl::Milliseconds(500);
// A ping that hangs for so long counts as failed.
constexpr absl::Duration kProbeFreshness = absl::Seconds(2);
constexpr absl::Duration kHealthInterval = absl::Milliseconds(250);
constexpr absl::Duration kGaugeInterval = absl::Seconds(5);
constexpr absl::Duration kLogInterval = absl::Milliseconds(250);
constexpr absl::Duration kPresenceInterval = absl::Seconds(2);
// Only what a service of an earlier version imported is found then.
constexpr absl::Duration kCloneUrlInterval = absl::Minutes(10);

// What PeriodicLoop runs once an interval.
template <typename Step>
auto Once(Step step) {
  return [step] {
    (void)step();
    return PeriodicLoop::Next::kWait;
  };
}

}  // namespace

// Members start in this order and end in the reverse.
struct ServiceProcess::Parts {
  explicit Parts(const ServiceConfig& settings) : config(settings) {}

  // What is told of changes refers to what comes after it: nothing changes before all are there.
  dispatch::ChangeAnnouncer::Listeners Listeners() {
    return {[this](const auto& channel, const auto& word) { hints.Send(channel, word); },
            [this](const auto& fleet_ids) { hub.Wake(fleet_ids); },
            [this] { hub.WakeAll(); },
            [this] { dispatcher.Wake(); },
            [this](std::size_t tasks) { metrics.ObserveDispatch(tasks); },
            [this](const auto&, const auto& answers) { report_counter.Count(answers); }};
  }
  absl::StatusOr<std::vector<store::LeaseAnswer>> Dispatch(const std::vector<store::LeaseDemand>& demands) {
    auto answers = hot.dispatch.Dispatch(demands);
    if (answers.ok()) changes.TasksGranted(*answers);
    return answers;
  }
  dispatch::WatchHub::Feed HubFeed() {
    return {[this](const auto& ids) { return hot.feed.ReadFleets(ids); },
            [this](const auto& ids) { return hot.feed.ReadRevisions(ids); },
            [this](const auto& id, int64_t after, int64_t until) { return hot.feed.ReadChanges(id, after, until); }};
  }
  dispatch::WatchHub::Options HubOptions() {
    dispatch::WatchHub::Options options;
    options.observe_lag = [this](absl::Duration lag) { metrics.ObserveWatchLag(lag); };
    return options;
  }
  // What this process holds: told whatever the database does.
  void ReadOwnGauges() {
    metrics.SetWatchers(hub.watchers());
    metrics.SetParkedLeases(dispatcher.parked());
    metrics.SetCallsWaiting("callers", caller_pool.queued());
    metrics.SetCallsWaiting("runners", runner_pool.queued());
    metrics.SetCallsWaiting("watch", watch_pool.queued());
  }
  WatchSources Watches() {
    return {[this] { return callers.feed.ReadTimeline(); },
            [this](const auto& ids) { return callers.feed.ReadFleets(ids); }, snapshot_pages, hub, watch_messages};
  }

  dispatch::LogRelay::Feed LogFeed() {
    return {[this](const auto& task) { return callers.followed_logs.Follow(task); },
            [this](const auto& tasks) { return callers.followed_logs.FollowOn(tasks); },
            [this](const auto& known) { return callers.followed_logs.ReadChanged(known); },
            [this] { return callers.followed_logs.List(); }};
  }
  LogSources Logs() {
    return {[this](const auto& caller, const auto& id, auto repo) { return callers.tasks.Get(caller, id, repo); },
            log_relay, log_metrics};
  }

  const ServiceConfig config;
  const domain::Ulid service_id = domain::Ulid::Generate(absl::Now());
  const store::ProcessFacts facts{ProgramVersion(), MachineName()};

  prometheus::Registry registry;
  metrics::RpcMetrics rpc_metrics{registry};
  metrics::IntakeMetrics intake{registry};
  metrics::ServiceMetrics metrics{registry};
  const tracing::Tracing tracing{config.tracing, "fleet-service", registry};
  metrics::LogRelayMetrics log_metrics{registry};
  metrics::ChangeMetrics change_metrics{registry};
  metrics::DatabaseMetrics database_metrics{registry};
  metrics::SystemGauges system_gauges{registry};
  ReportCounter report_counter{metrics};

  observation::StoreObserver caller_observer{"callers", kCallerConnections, database_metrics, change_metrics};
  observation::StoreObserver runner_observer{"runners", kRunnerConnections, database_metrics, change_metrics};
  observation::StoreObserver hot_observer{"hot", kHotConnections, database_metrics, change_metrics};
  StoreSet callers{config.database_url, kCallerConnections, &caller_observer};
  StoreSet runners{config.database_url, kRunnerConnections, &runner_observer};
  StoreSet hot{config.database_url, kHotConnections, &hot_observer};

  database::NotificationSender hints{config.database_url, config.wake_up_hints};
  const dispatch::ChangeAnnouncer changes{Listeners()};
  dispatch::Dispatcher dispatcher{[this](const auto& demands) { return Dispatch(demands); }, Clock::System(), {}};
  dispatch::ReportBatcher reports{
      [this](const auto& batch) { return hot.reports.Apply(batch); },
      [this](const auto& batch, const auto& answers) { changes.ReportsApplied(batch, answers); },
      {}};
  dispatch::WatchHub hub{HubFeed(), Clock::System(), HubOptions()};
  dispatch::LogRelay log_relay{LogFeed(), Clock::System(), {}};
  database::NotificationListener listener{
      config.database_url,
      {store::kChangesChannel, store::kWorkChannel},
      config.wake_up_hints,
      [this](const auto& channel, const auto& words) { changes.HintHeard(channel, words); }};

  ThreadPool caller_pool{kCallerThreads, kMostQueuedCalls};
  ThreadPool runner_pool{kRunnerThreads, kMostQueuedCalls};
  ThreadPool watch_pool{kWatchThreads, kMostQueuedWatchSteps};

  LeasedFleetCache leased_fleets{runners.lease_details};
  TaskLeasing leasing{dispatcher, leased_fleets, runner_pool, tracing.tracer()};
  RunnerOwners runner_owners{runners.runners, runner_pool};
  SnapshotPages snapshot_pages{[this](const auto& caller, const auto& id, int32_t after, int32_t limit) {
                                 return callers.tasks.List(caller, id, {}, after, limit);
                               },
                               [this](const auto& id, int64_t since, int32_t first, int32_t last) {
                                 return callers.feed.ReadStanding(id, since, first, last);
                               }};
  WatchMessages watch_messages;
  FleetApi fleet_api{callers.fleets, callers.tasks, changes};
  ControlApi control_api{callers.fleets, callers.controls, callers.redrives, changes};
  WatchApi watch_api{Watches()};
  CatalogApi catalog_api{callers.catalog};
  RunnerApi runner_api{runners.runners, runner_owners, leasing, reports, log_relay, config.heartbeat_interval};
  LogApi log_api{runners.followed_logs, runner_owners, Logs()};
  AdminApi admin_api{callers.limits, callers.audit, changes};
  SystemApi system_api{callers.runner_directory, callers.system, Clock::System(), {service_id, facts.version}};

  const rpc::Authenticator authenticator{config.insecure_identity};
  const rpc::MethodTable methods =
      MethodRows({fleet_api, control_api, watch_api, catalog_api, runner_api, admin_api, system_api, log_api},
                 {caller_pool, watch_pool, runner_pool});
  database::DatabaseProbe probe{runners.pool, Clock::System(), kProbeFreshness};
  Readiness readiness{[this] { return probe.Check(); }};
  rpc::RequestBudget request_budget;
  rpc::OpenStreams open_streams{Clock::System()};
  std::unique_ptr<metrics::OpsServer> ops;
  std::unique_ptr<rpc::GrpcServer> server;

  TaskGauges gauges{callers.system_picture, system_gauges};
  CloneUrlKeeper clone_urls{callers.catalog};
  ServicePresence presence{service_id, facts, runners.limits, runners.runners};
  PeriodicLoop probe_loop{kProbeInterval, Once([this] { return probe.RunOnce(), true; })};
  const MemoryReclaimer reclaimer{[this] { return open_streams.RunOnce(); }, &ReturnFreeMemory, {}};
  PeriodicLoop own_gauge_loop{kGaugeInterval, Once([this] { return ReadOwnGauges(), true; })};
  PeriodicLoop gauge_loop{kGaugeInterval, Once([this] { return gauges.RunOnce(), true; })};
  PeriodicLoop log_loop{kLogInterval, Once([this] { return log_relay.RunOnce(); })};
  PeriodicLoop presence_loop{kPresenceInterval, Once([this] { return presence.RunOnce(); })};
  PeriodicLoop clone_url_loop{kCloneUrlInterval, [this] { return clone_urls.RunOnce(); }};
  std::unique_ptr<PeriodicLoop> health_loop;  // once there is a server
};

absl::StatusOr<std::unique_ptr<ServiceProcess>> ServiceProcess::Start(const ServiceConfig& config) {
  FLEET_RETURN_IF_ERROR(database::CheckSchema(config.database_url));
  FLEET_RETURN_IF_ERROR(store::TakeSettings(config.database_url, "fleet-service", config.settings).status());
  auto parts = std::make_unique<Parts>(config);
  metrics::RegisterBuildInfo(parts->registry, "fleet-service");
  rpc::GrpcServer::Options options;
  options.listen = config.listen;
  options.drain_timeout = config.drain_timeout;
  FLEET_ASSIGN_OR_RETURN(
      parts->server,
      rpc::GrpcServer::Start(options, parts->methods,
                             {parts->authenticator, parts->rpc_metrics, parts->intake, Clock::System(),
                              parts->request_budget, parts->open_streams, &WithAdvice, parts->tracing.tracer()}));
  parts->health_loop =
      std::make_unique<PeriodicLoop>(kHealthInterval, Once([server = parts->server.get(), &parts = *parts] {
                                       return server->SayServing(parts.readiness.Check().ok()), true;
                                     }));
  // Last: whoever is told that the service is ready finds it serving.
  FLEET_ASSIGN_OR_RETURN(parts->ops,
                         metrics::OpsServer::Start(config.metrics_listen, parts->registry, parts->readiness));
  return std::unique_ptr<ServiceProcess>(new ServiceProcess(std::move(parts)));
}

ServiceProcess::ServiceProcess(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ServiceProcess::~ServiceProcess() = default;

std::map<std::string, int> ServiceProcess::Ports() const {
  return {{"grpc", parts_->server->port()}, {"metrics", parts_->ops->port()}};
}

void ServiceProcess::Drain() {
  parts_->readiness.SayStopping();
  parts_->server->SayServing(false);
  parts_->listener.Stop();
  parts_->dispatcher.Stop();
  parts_->hub.Stop();
  parts_->log_relay.Stop();
  parts_->server->Drain();
  parts_->reports.Stop();
}

}  // namespace fleet::service
