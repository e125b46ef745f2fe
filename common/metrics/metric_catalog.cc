#include "common/metrics/metric_catalog.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace fleet::metrics {
namespace {

using Origin = MetricOrigin;
using LabelList = std::vector<MetricLabel>;

// RPCs of a fleet-service.
constexpr std::size_t kMostMethods = 36;
constexpr std::size_t kGrpcCodes = 17;
// Sets of database connections of a process.
constexpr std::size_t kMostSets = 3;

MetricLabel PoolLabel() { return {"pool", {}, kMostPools + 1}; }
MetricLabel SetLabel() { return {"set", {}, kMostSets}; }
MetricLabel OkOrError() { return {"result", {"ok", "error"}}; }
MetricLabel UsedOr(const char* other) { return {"state", {"used", other}}; }
MetricLabel TaskResult() { return {"result", {"completed", "failed", "cancelled", "timed_out"}}; }
MetricLabel FleetResult() { return {"result", {"completed", "partial_failure", "failed", "cancelled"}}; }
MetricLabel Outcome() {
  return {"outcome",
          {"unspecified", "pull_request_opened", "pull_request_updated", "branch_pushed", "no_changes", "report_only"}};
}
MetricLabel Category() {
  return {
      "category",
      {"auth", "network", "concurrency", "compute", "agent", "guardrail", "config", "timeout", "blocked", "unknown"}};
}
MetricLabel Job() {
  return {"job", {"expand", "sweep", "end_stragglers", "redrive", "deadline", "queue_age", "seal_deadline"}};
}

// The service and the type follow from the method.
LabelList Rpc() { return {{"grpc_type", {}, 1}, {"grpc_service", {}, 1}, {"grpc_method", {}, kMostMethods}}; }
LabelList RpcAndCode() {
  LabelList labels = Rpc();
  labels.push_back({"grpc_code", {}, kGrpcCodes});
  return labels;
}

Metric Counter(const char* name, Origin origin, LabelList labels, const char* meaning) {
  return {name, MetricType::kCounter, origin, std::move(labels), meaning};
}
Metric Gauge(const char* name, Origin origin, LabelList labels, const char* meaning) {
  return {name, MetricType::kGauge, origin, std::move(labels), meaning};
}
Metric Histogram(const char* name, Origin origin, LabelList labels, const char* meaning, std::vector<double> buckets) {
  return {name, MetricType::kHistogram, origin, std::move(labels), meaning, std::move(buckets)};
}

std::vector<double> BatchSizes() { return {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000}; }

std::vector<Metric> OfEveryProcess() {
  return {
      Gauge("fleet_build_info", Origin::kEvery, {{"version", {}, 1}, {"component", {}, 1}},
            "Always 1; the labels say what is running."),
      Gauge("fleet_ready", Origin::kEvery, {}, "1 while /readyz answers 200, else 0."),
      Counter("process_cpu_seconds_total", Origin::kEvery, {}, "Processor time used, user and system."),
      Gauge("process_resident_memory_bytes", Origin::kEvery, {}, "Resident memory."),
      Gauge("process_open_fds", Origin::kEvery, {}, "Open file descriptors."),
      Gauge("process_max_fds", Origin::kEvery, {}, "How many file descriptors may be open."),
      Gauge("process_start_time_seconds", Origin::kEvery, {}, "When the process started."),
      Counter("fleet_trace_spans_exported_total", Origin::kEvery, {}, "Spans that the collector of traces took."),
      Counter("fleet_trace_spans_dropped_total", Origin::kEvery,
              {{"reason", {"buffer_full", "refused", "unreachable"}}},
              "Spans given up: more ended than could be sent; refused by the collector; eight tries did not reach it."),
      Counter("fleet_trace_export_failures_total", Origin::kEvery, {},
              "Tries to send a batch of spans that came to nothing; most are made good by the next."),
  };
}

std::vector<Metric> OfTheSystem() {
  return {
      Gauge("fleet_gauges_last_read_timestamp_seconds", Origin::kSystem, {}, "When these gauges were read last."),
      Gauge("fleet_open_fleets", Origin::kSystem, {}, "Fleets that have not ended."),
      Gauge("fleet_fleets", Origin::kSystem, {{"state", {"pending", "expanding", "running", "paused", "cancelling"}}},
            "Open fleets by state."),
      Gauge("fleet_fleets_waiting", Origin::kSystem,
            {{"reason",
              {"fleet_cap", "user_cap", "pool_cap", "system_cap", "no_runner", "runners_busy", "backoff", "cancelling",
               "expanding", "paused", "retrying", "isolation", "unsealed"}}},
            "Open fleets by what they wait on; one may wait on several."),
      Gauge("fleet_tasks", Origin::kSystem,
            {{"state",
              {"queued", "submitted", "hydrating", "running", "awaiting_approval", "finalizing", "completed", "failed",
               "cancelled", "timed_out"}}},
            "Children of open fleets by state."),
      Gauge("fleet_tasks_active", Origin::kSystem, {}, "Children in flight: what the limit system_active caps."),
      Gauge("fleet_completed_tasks", Origin::kSystem, {Outcome()}, "Completed children of open fleets by outcome."),
      Gauge("fleet_failed_tasks", Origin::kSystem, {Category()},
            "Failed and timed out children of open fleets by category."),
      Gauge("fleet_pool_tasks", Origin::kSystem, {PoolLabel(), {"state", {"queued", "active"}}},
            "Children of open fleets that are queued or in flight, by pool."),
      Gauge("fleet_queue_oldest_task_timestamp_seconds", Origin::kSystem, {PoolLabel()},
            "Since when the oldest queued child has been ready to start, whatever cap it waits for; paused fleets and "
            "backoffs do not count."),
      Gauge(
          "fleet_queue_oldest_startable_task_timestamp_seconds", Origin::kSystem, {PoolLabel()},
          "Since when a fleet has had children that no cap keeps from starting, and started none although slots of the "
          "pool were free."),
      Gauge("fleet_runners", Origin::kSystem, {PoolLabel()}, "Live runners; 0 for a pool that has work and none."),
      Gauge("fleet_runner_slots", Origin::kSystem, {PoolLabel(), UsedOr("free")}, "Slots of live runners."),
      Gauge("fleet_limit", Origin::kSystem,
            {{"name",
              {"cancel_grace_ms", "fleet_active_default", "lease_ms", "open_fleets_system", "open_fleets_user",
               "pool_active", "presence_gap_ms", "queue_age_seconds", "submit_rate_user", "system_active",
               "targets_per_fleet", "user_active"}}},
            "The limit in force, exceptions aside."),
      Gauge("fleet_pool_limit", Origin::kSystem, {PoolLabel()}, "How many children may be in flight in the pool."),
      Gauge("fleet_users_at_limit", Origin::kSystem, {{"name", {"open_fleets_user", "user_active"}}},
            "Users who have as much as this limit allows."),
      Gauge("fleet_jobs", Origin::kSystem, {Job()}, "Jobs that wait for a worker or for their time."),
      Gauge("fleet_jobs_oldest_due_timestamp_seconds", Origin::kSystem, {Job()},
            "Since when the oldest job of the kind has been due."),
  };
}

std::vector<Metric> OfTransactions() {
  return {
      Counter("fleet_fleet_completions_total", Origin::kStores, {FleetResult()}, "Fleets that ended."),
      Histogram("fleet_fleet_completion_ratio", Origin::kStores, {FleetResult()},
                "Share of its children that a fleet had completed when it ended.", {0.5, 0.9, 0.95, 0.99, 0.999, 1}),
      Histogram("fleet_fleet_duration_seconds", Origin::kStores, {FleetResult()},
                "From a fleet's submission to its end.", {10, 60, 300, 900, 3600, 14400, 43200, 86400, 604800}),
      Counter("fleet_task_completions_total", Origin::kStores, {TaskResult()}, "Children that ended."),
      Counter("fleet_task_outcomes_total", Origin::kStores, {Outcome()}, "Children that completed."),
      Counter("fleet_task_failures_total", Origin::kStores, {Category()}, "Failed attempts, tried again or not."),
      Counter("fleet_task_retries_total", Origin::kStores, {Category()},
              "Failed attempts whose child went back to the queue."),
      Counter("fleet_task_losses_total", Origin::kStores, {}, "Attempts that failed by losing their runner."),
      Counter("fleet_task_capacity_faults_total", Origin::kStores, {},
              "Attempts that failed by another capacity fault, such as a full disk; no try is charged."),
      Counter("fleet_task_cost_usd_total", Origin::kStores, {}, "Cost of attempts in US dollars."),
      Histogram("fleet_task_schedule_to_start_seconds", Origin::kStores, {},
                "How long a child was ready before it was leased, caps included.",
                {0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800, 3600, 21600}),
      Histogram("fleet_task_duration_seconds", Origin::kStores, {TaskResult()},
                "How long the last attempt of an ended child took, from its lease.",
                {1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21600}),
      Counter("fleet_leases_granted_total", Origin::kStores, {}, "Leases granted to runners."),
      Counter("fleet_leases_expired_total", Origin::kStores,
              {{"reason", {"runner_lost", "not_held", "timed_out", "unconfirmed"}}},
              "Leases that ended without their runner's report."),
      Gauge("fleet_db_pool_size", Origin::kStores, {SetLabel()}, "How many connections there may be."),
      Gauge("fleet_db_pool_connections", Origin::kStores, {SetLabel(), UsedOr("idle")}, "Connections."),
      Histogram("fleet_db_pool_wait_seconds", Origin::kStores, {SetLabel()},
                "How long a transaction waited for a connection to be free.",
                {0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10}),
      Counter("fleet_db_pool_timeouts_total", Origin::kStores, {SetLabel()},
              "Transactions that got no connection in time."),
      Counter("fleet_db_transactions_total", Origin::kStores,
              {SetLabel(), {"result", {"committed", "rolled_back", "failed"}}},
              "Transactions; rolled_back: there was nothing to write, or it was refused."),
      Histogram("fleet_db_transaction_duration_seconds", Origin::kStores, {SetLabel()},
                "How long a transaction took, once it had its connection.",
                {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5}),
      Counter("fleet_db_transaction_retries_total", Origin::kStores,
              {SetLabel(), {"cause", {"serialization", "connection"}}},
              "Transactions that were run again; serialization: after a deadlock, a serialization failure or a lock "
              "timeout."),
  };
}

std::vector<Metric> OfTheService() {
  return {
      Counter("grpc_server_started_total", Origin::kService, Rpc(), "RPCs started on the server."),
      Counter("grpc_server_handled_total", Origin::kService, RpcAndCode(),
              "RPCs completed on the server, regardless of success or failure."),
      Counter("grpc_server_msg_received_total", Origin::kService, Rpc(), "RPC messages received on the server."),
      Counter("grpc_server_msg_sent_total", Origin::kService, Rpc(), "RPC messages sent by the server."),
      Histogram("grpc_server_handling_seconds", Origin::kService, Rpc(),
                "Response latency of RPCs handled by the server, in seconds.",
                {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30}),
      Histogram("fleet_dispatch_batch_tasks", Origin::kService, {}, "Children leased by one dispatch transaction.",
                BatchSizes()),
      Histogram("fleet_report_batch_reports", Origin::kService, {}, "Reports recorded by one transaction.",
                BatchSizes()),
      Gauge("fleet_watchers", Origin::kService, {}, "WatchFleet streams open."),
      Histogram("fleet_watch_lag_seconds", Origin::kService, {},
                "From a fleet's last change to when the watchers of it were told.",
                {0.005, 0.015, 0.05, 0.1, 0.2, 0.5, 1, 5, 10, 30}),
      Gauge("fleet_parked_leases", Origin::kService, {}, "LeaseTasks calls that wait."),
      Gauge("fleet_service_calls_waiting", Origin::kService, {{"threads", {"callers", "runners", "watch"}}},
            "Calls and steps of streams that wait for a thread."),
      Gauge("fleet_service_request_bytes", Origin::kService, {},
            "Bytes of requests that are being handled; 96 MiB, and any number of small ones."),
      Counter("fleet_service_requests_refused_total", Origin::kService,
              {{"reason", {"compressed", "too_long", "budget", "malformed", "too_many_calls"}}},
              "Requests refused before their method had them: too_long for their method (one above 32 MiB gRPC refuses "
              "by its "
              "length, uncounted); budget, no room beside the others; too_many_calls wait for a thread."),
      Gauge("fleet_service_streams_open", Origin::kService, {},
            "Streams that are open, also those whose snapshot is still being sent."),
      Counter("fleet_service_streams_dropped_total", Origin::kService, {{"reason", {"not_read", "too_many_steps"}}},
              "Streams ended that could have gone on: not_read for 30 s; too_many_steps wait for a thread."),
      Counter("fleet_service_log_bytes_total", Origin::kService, {{"direction", {"in", "out"}}},
              "Bytes of followed logs, in from runners and out to followers."),
      Counter("fleet_service_log_skipped_bytes_total", Origin::kService, {},
              "Bytes that followers of logs were told they miss."),
      Gauge("fleet_service_log_followers", Origin::kService, {}, "FollowTaskLog streams that wait for more."),
  };
}

std::vector<Metric> OfTheWorker() {
  MetricLabel jobs_and_reclaim = Job();
  jobs_and_reclaim.values.push_back("reclaim");
  return {
      Counter("fleet_worker_steps_total", Origin::kWorker, {Job(), OkOrError()}, "Steps of jobs."),
      Histogram("fleet_worker_step_duration_seconds", Origin::kWorker, {Job()}, "How long a step of a job took.",
                {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5}),
      Gauge("fleet_worker_last_success_timestamp_seconds", Origin::kWorker, {Job()},
            "When the last turn of a job came out well, with something to do or without; minutes old: its steps fail, "
            "see "
            "the log's step_failed."),
      Counter("fleet_worker_children_total", Origin::kWorker, {jobs_and_reclaim},
              "Children that a job enqueued or moved; reclaim: that lost runners held."),
      Counter("fleet_runners_lost_total", Origin::kWorker, {}, "Runners marked lost by this worker."),
  };
}

std::vector<Metric> OfTheRunner() {
  return {
      Gauge("fleet_runner_own_slots", Origin::kRunner, {UsedOr("free")}, "Slots of this runner."),
      Counter("fleet_runner_tasks_total", Origin::kRunner,
              {{"result", {"completed", "failed", "cancelled", "timed_out", "abandoned"}}},
              "Tasks that ended here; abandoned: the lease was lost or given back."),
      Histogram("fleet_runner_phase_duration_seconds", Origin::kRunner,
                {{"phase", {"clone", "steps", "commit", "push"}}},
                "How long a phase of a task took, whether it succeeded or not.",
                {0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600}),
      Gauge("fleet_runner_processes", Origin::kRunner, {},
            "Programs that run for tasks now, git and steps; what these start is not counted."),
      Counter("fleet_runner_heartbeats_total", Origin::kRunner, {OkOrError()}, "Heartbeats sent."),
      Gauge("fleet_runner_last_heartbeat_timestamp_seconds", Origin::kRunner, {},
            "When a heartbeat was answered last."),
      Gauge("fleet_runner_disk_size_bytes", Origin::kRunner, {}, "Size of the disk of the runner's work."),
      Gauge("fleet_runner_disk_free_bytes", Origin::kRunner, {}, "Free bytes where the runner keeps its work."),
      Gauge("fleet_runner_disk_reserve_bytes", Origin::kRunner, {},
            "With fewer free bytes no task is leased, and the one that uses most is stopped."),
      Gauge("fleet_runner_disk_free_files", Origin::kRunner, {},
            "Free inodes where the runner keeps its work; 0 where the file system does not count them."),
      Gauge("fleet_runner_leftover_directories", Origin::kRunner, {},
            "Directories of ended tasks that could not be removed yet."),
      Counter("fleet_runner_leftover_removals_total", Origin::kRunner, {OkOrError()},
              "Further tries to remove such directories."),
      Counter("fleet_runner_tasks_stopped_for_disk_total", Origin::kRunner, {},
              "Tasks stopped because the disk was nearly full and they used most of it."),
      Counter("fleet_runner_log_sent_bytes_total", Origin::kRunner, {}, "Bytes sent of logs that somebody follows."),
      Counter("fleet_runner_log_dropped_bytes_total", Origin::kRunner, {},
              "Bytes left out of logs that somebody follows: printed too fast, or not taken."),
  };
}

}  // namespace

std::size_t Metric::MostSeries() const {
  // A histogram has one a bucket, one for the rest, the sum and the count.
  std::size_t series = type == MetricType::kHistogram ? buckets.size() + 3 : 1;
  for (const MetricLabel& label : labels) series *= label.Most();
  return series;
}

const std::vector<Metric>& AllMetrics() {
  static const std::vector<Metric>& all = *[] {
    auto* list = new std::vector<Metric>();
    for (const std::vector<Metric>& part :
         {OfEveryProcess(), OfTheSystem(), OfTransactions(), OfTheService(), OfTheWorker(), OfTheRunner()}) {
      list->insert(list->end(), part.begin(), part.end());
    }
    return list;
  }();
  return all;
}

const Metric& MetricNamed(absl::string_view name) {
  const std::vector<Metric>& all = AllMetrics();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Metric& metric) { return metric.name == name; });
  if (found == all.end()) std::abort();
  return *found;
}

}  // namespace fleet::metrics
