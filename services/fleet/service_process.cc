#include "services/fleet/service_process.h"

#include <chrono>
#include <random>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/clock/clock.h"
#include "common/database/connection_pool.h"
#include "common/database/migrator.h"
#include "common/database/notification_listener.h"
#include "common/database/notification_sender.h"
#include "common/dispatch/dispatcher.h"
#include "common/dispatch/report_batcher.h"
#include "common/dispatch/watch_hub.h"
#include "common/lifecycle/periodic_loop.h"
#include "common/lifecycle/thread_pool.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/ops_server.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/rpc_handler.h"
#include "common/status/status_macros.h"
#include "common/store/change_feed.h"
#include "common/store/hint_channels.h"
#include "common/store/report_store.h"
#include "google/protobuf/message.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server_builder.h"
#include "services/fleet/admin_service.h"
#include "services/fleet/catalog_service.h"
#include "services/fleet/fleet_service.h"
#include "services/fleet/leased_fleet_cache.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/runner_service.h"
#include "services/fleet/task_gauges.h"

namespace fleet::service {
namespace {

// Connections: as many as threads may want at once. The hot path and runners' calls have pools of their own, so that
// callers who list and watch cannot keep a heartbeat waiting.
constexpr std::size_t kCallerThreads = 8;
constexpr std::size_t kRunnerThreads = 6;
constexpr std::size_t kWatchThreads = 3;
constexpr std::size_t kHotConnections = 3;
constexpr std::size_t kMostQueuedCalls = 10000;
constexpr std::size_t kMostQueuedWatchSteps = 200000;
constexpr int kMaxReceiveBytes = 64 << 20;
constexpr absl::Duration kGaugeInterval = absl::Seconds(5);
constexpr absl::Duration kPresenceInterval = absl::Seconds(2);
// Only what a service of an earlier version imported is found then.
constexpr absl::Duration kCloneUrlInterval = absl::Minutes(10);
// How long a draining server waits for its connections once no call is left.
constexpr absl::Duration kCloseTimeout = absl::Seconds(1);
constexpr absl::Duration kDrainPoll = absl::Milliseconds(10);

double UniformJitter() {
  thread_local std::mt19937_64 random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

// Tells everybody concerned what a committed batch of reports changed.
class ReportAnnouncer {
 public:
  ReportAnnouncer(metrics::ServiceMetrics& metrics, database::NotificationSender& hints)
      : metrics_(metrics), hints_(hints) {}

  void Announce(const std::vector<domain::TaskReport>& reports, const std::vector<store::ReportAnswer>& answers) {
    std::set<domain::Ulid> changed;
    std::set<domain::Ulid> freed;
    std::size_t applied = 0;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      if (answers[i].verdict != domain::ReportVerdict::kApply) continue;
      ++applied;
      changed.insert(reports[i].task.fleet_id);
      if (!domain::IsTerminal(reports[i].state)) continue;
      freed.insert(reports[i].task.fleet_id);
      Count(reports[i], answers[i]);
    }
    if (applied > 0) metrics_.ObserveReports(applied);
    for (const domain::Ulid& id : changed) hints_.Send(store::kChangesChannel, id.ToString());
    for (const domain::Ulid& id : freed) hints_.Send(store::kWorkChannel, id.ToString());
  }

 private:
  void Count(const domain::TaskReport& report, const store::ReportAnswer& answer) {
    if (domain::IsTerminal(answer.state)) metrics_.CountCompletion(StateName(answer.state));
    if (report.state == domain::TaskState::kFailed) metrics_.CountFailure(CategoryName(report.category));
    if (report.cost_micros.has_value()) metrics_.AddCost(static_cast<double>(*report.cost_micros) / 1e6);
  }

  metrics::ServiceMetrics& metrics_;
  database::NotificationSender& hints_;
};

std::vector<domain::Ulid> ToFleetIds(const std::vector<std::string>& words) {
  std::vector<domain::Ulid> ids;
  for (const std::string& word : words) {
    if (const auto id = domain::Ulid::Parse(word)) ids.push_back(*id);
  }
  return ids;
}

}  // namespace

// Members start in this order and end in the reverse.
struct ServiceProcess::Parts {
  explicit Parts(const FleetConfig& settings)
      : config(settings),
        registry(std::make_shared<prometheus::Registry>()),
        rpc_metrics(*registry),
        metrics(*registry),
        authenticator(settings.insecure_identity),
        caller_connections(settings.database_url, kCallerThreads + kWatchThreads + 1),
        runner_connections(settings.database_url, kRunnerThreads),
        hot_connections(settings.database_url, kHotConnections),
        fleets(caller_connections),
        tasks(caller_connections),
        catalog(caller_connections),
        controls(caller_connections),
        redrives(caller_connections),
        limits(caller_connections),
        audit(caller_connections),
        runners(runner_connections),
        details(runner_connections),
        dispatch_store(hot_connections),
        report_store(hot_connections, UniformJitter),
        feed(hot_connections),
        watch_feed(caller_connections),
        leased_fleets(details),
        hints(settings.database_url, settings.wake_up_hints),
        announcer(metrics, hints),
        dispatcher([this](const auto& demands) { return Dispatch(demands); }, Clock::System(), {}),
        reports([this](const auto& batch) { return report_store.Apply(batch); },
                [this](const auto& batch, const auto& answers) { Announce(batch, answers); }, {}),
        hub({[this](const auto& ids) { return feed.ReadFleets(ids); },
             [this](const auto& ids) { return feed.ReadRevisions(ids); },
             [this](const auto& id, int64_t after, int64_t until) { return feed.ReadChanges(id, after, until); }},
            Clock::System(), {}),
        listener(settings.database_url, {store::kChangesChannel, store::kWorkChannel}, settings.wake_up_hints,
                 [this](const std::string& channel, const std::vector<std::string>& words) { Hear(channel, words); }),
        caller_pool(kCallerThreads, kMostQueuedCalls),
        runner_pool(kRunnerThreads, kMostQueuedCalls),
        watch_pool(kWatchThreads, kMostQueuedWatchSteps),
        fleet_rpc("fleet.v1.FleetService", authenticator, caller_pool, rpc_metrics, Clock::System()),
        admin_rpc("fleet.v1.AdminService", authenticator, caller_pool, rpc_metrics, Clock::System()),
        catalog_rpc("fleet.v1.CatalogService", authenticator, caller_pool, rpc_metrics, Clock::System()),
        runner_rpc("fleet.v1.RunnerService", authenticator, runner_pool, rpc_metrics, Clock::System()),
        watches({watch_feed, tasks, hub}, authenticator, watch_pool, rpc_metrics, Clock::System()),
        fleet_service(fleet_rpc, {fleets, tasks, controls, redrives}, watches, hints),
        admin_service(admin_rpc, limits, audit, hints),
        catalog_service(catalog_rpc, catalog),
        runner_service(runner_rpc, runners, {dispatcher, leased_fleets, runner_pool}, reports,
                       {settings.lease_duration, settings.heartbeat_interval}),
        gauges(fleets, dispatcher, hub, metrics),
        gauge_loop(kGaugeInterval,
                   [this] {
                     gauges.RunOnce();
                     return PeriodicLoop::Next::kWait;
                   }),
        presence_loop(kPresenceInterval,
                      [this] {
                        const auto settings_now = limits.InForce();
                        if (settings_now.ok()) {
                          (void)runners.RecordService(service_id, absl::Milliseconds(settings_now->presence_gap_ms));
                        }
                        return PeriodicLoop::Next::kWait;
                      }),
        clone_url_loop(kCloneUrlInterval, [this, last_kept = std::string()]() mutable {
          last_kept = catalog.KeepCloneUrls(last_kept).value_or("");
          return last_kept.empty() ? PeriodicLoop::Next::kWait : PeriodicLoop::Next::kAgain;
        }) {}

  absl::StatusOr<std::vector<store::LeaseAnswer>> Dispatch(const std::vector<store::LeaseDemand>& demands) {
    auto answers = dispatch_store.Dispatch(demands);
    if (!answers.ok()) return answers;
    std::set<domain::Ulid> changed;
    std::size_t granted = 0;
    for (const store::LeaseAnswer& answer : *answers) {
      granted += answer.tasks.size();
      for (const store::GrantedTask& task : answer.tasks) changed.insert(task.id.fleet_id);
    }
    if (granted > 0) metrics.ObserveDispatch(granted);
    hub.Wake({changed.begin(), changed.end()});
    for (const domain::Ulid& id : changed) hints.Send(store::kChangesChannel, id.ToString());
    return answers;
  }

  void Announce(const std::vector<domain::TaskReport>& batch, const std::vector<store::ReportAnswer>& answers) {
    announcer.Announce(batch, answers);
    std::set<domain::Ulid> changed;
    for (const domain::TaskReport& report : batch) changed.insert(report.task.fleet_id);
    hub.Wake({changed.begin(), changed.end()});
    dispatcher.Wake();
  }

  void Hear(const std::string& channel, const std::vector<std::string>& words) {
    if (channel == store::kWorkChannel) dispatcher.Wake();
    if (channel != store::kChangesChannel) return;
    if (words == std::vector<std::string>{"*"}) {
      hub.WakeAll();
    } else {
      hub.Wake(ToFleetIds(words));
    }
  }

  absl::Status Serve() {
    FLEET_ASSIGN_OR_RETURN(ops, metrics::OpsServer::Start(config.metrics_listen, registry));
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // The linker would drop the health service's descriptor, which reflection needs.
    google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
    grpc::ServerBuilder builder;
    builder.AddListeningPort(config.listen, grpc::InsecureServerCredentials(), &grpc_port);
    builder.SetMaxReceiveMessageSize(kMaxReceiveBytes);
    // Two services on one port would share its calls by chance.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.RegisterService(&fleet_service);
    builder.RegisterService(&admin_service);
    builder.RegisterService(&catalog_service);
    builder.RegisterService(&runner_service);
    server = builder.BuildAndStart();
    if (server == nullptr || grpc_port == 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", config.listen, ": is the port taken? Choose another with --listen"));
    }
    for (const char* name :
         {"fleet.v1.FleetService", "fleet.v1.AdminService", "fleet.v1.CatalogService", "fleet.v1.RunnerService"}) {
      server->GetHealthCheckService()->SetServingStatus(name, true);
    }
    return absl::OkStatus();
  }

  const FleetConfig config;
  const domain::Ulid service_id = domain::Ulid::Generate(absl::Now());
  std::shared_ptr<prometheus::Registry> registry;
  metrics::RpcMetrics rpc_metrics;
  metrics::ServiceMetrics metrics;
  rpc::Authenticator authenticator;
  database::ConnectionPool caller_connections;
  database::ConnectionPool runner_connections;
  database::ConnectionPool hot_connections;
  store::FleetStore fleets;
  store::TaskStore tasks;
  store::CatalogStore catalog;
  store::ControlStore controls;
  store::RedriveStore redrives;
  store::LimitStore limits;
  store::AuditStore audit;
  store::RunnerStore runners;
  store::LeaseDetailsStore details;
  store::DispatchStore dispatch_store;
  store::ReportStore report_store;
  store::ChangeFeed feed;
  store::ChangeFeed watch_feed;
  LeasedFleetCache leased_fleets;
  database::NotificationSender hints;
  ReportAnnouncer announcer;
  dispatch::Dispatcher dispatcher;
  dispatch::ReportBatcher reports;
  dispatch::WatchHub hub;
  database::NotificationListener listener;
  ThreadPool caller_pool;
  ThreadPool runner_pool;
  ThreadPool watch_pool;
  rpc::RpcHandler fleet_rpc;
  rpc::RpcHandler admin_rpc;
  rpc::RpcHandler catalog_rpc;
  rpc::RpcHandler runner_rpc;
  FleetWatchFactory watches;
  FleetService fleet_service;
  AdminService admin_service;
  CatalogService catalog_service;
  RunnerService runner_service;
  TaskGauges gauges;
  std::unique_ptr<metrics::OpsServer> ops;
  int grpc_port = 0;
  std::unique_ptr<grpc::Server> server;
  PeriodicLoop gauge_loop;
  PeriodicLoop presence_loop;
  PeriodicLoop clone_url_loop;
};

absl::StatusOr<std::unique_ptr<ServiceProcess>> ServiceProcess::Start(const FleetConfig& config) {
  FLEET_RETURN_IF_ERROR(database::CheckSchema(config.database_url));
  auto parts = std::make_unique<Parts>(config);
  metrics::RegisterBuildInfo(*parts->registry, "fleet-service");
  FLEET_RETURN_IF_ERROR(parts->Serve());
  return std::unique_ptr<ServiceProcess>(new ServiceProcess(std::move(parts)));
}

ServiceProcess::ServiceProcess(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ServiceProcess::~ServiceProcess() = default;

int ServiceProcess::grpc_port() const { return parts_->grpc_port; }
int ServiceProcess::metrics_port() const { return parts_->ops->port(); }

void ServiceProcess::Drain() {
  parts_->server->GetHealthCheckService()->SetServingStatus(false);
  parts_->listener.Stop();
  parts_->dispatcher.Stop();
  parts_->hub.Stop();
  // Shutdown also waits until every client has closed its connection, which one without a call does some seconds late:
  // so the calls are waited for first.
  const absl::Duration end = Clock::System().Elapsed() + parts_->config.drain_timeout;
  while (parts_->rpc_metrics.in_flight() > 0 && Clock::System().Elapsed() < end) absl::SleepFor(kDrainPoll);
  parts_->server->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kCloseTimeout));
  parts_->reports.Stop();
}

}  // namespace fleet::service
