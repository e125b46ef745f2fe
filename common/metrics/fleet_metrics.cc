#include "common/metrics/fleet_metrics.h"

namespace fleet::metrics {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

const prometheus::Histogram::BucketBoundaries kStepSeconds = {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5};
const prometheus::Histogram::BucketBoundaries kBatchSizes = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

const char* LabelOf(Refusal why) {
  switch (why) {
    case Refusal::kCompressed:
      return "compressed";
    case Refusal::kTooLong:
      return "too_long";
    case Refusal::kBudget:
      return "budget";
    case Refusal::kMalformed:
      return "malformed";
    case Refusal::kTooManyCalls:
      return "too_many_calls";
  }
  return "unknown";
}

const char* LabelOf(StreamDrop why) { return why == StreamDrop::kNotRead ? "not_read" : "too_many_steps"; }

}  // namespace

void RegisterBuildInfo(prometheus::Registry& registry, const std::string& component) {
  BuildGauge()
      .Name("fleet_build_info")
      .Help("Always 1; the labels say what is running.")
      .Register(registry)
      .Add({{"version", FLEET_VERSION}, {"component", component}})
      .Set(1);
}

ServiceMetrics::ServiceMetrics(prometheus::Registry& registry)
    : tasks_(BuildGauge().Name("fleet_tasks").Help("Children of open fleets by state.").Register(registry)),
      completions_(BuildCounter()
                       .Name("fleet_task_completions_total")
                       .Help("Children that ended, by result, as reported to this service.")
                       .Register(registry)),
      failures_(BuildCounter()
                    .Name("fleet_task_failures_total")
                    .Help("Failed attempts by category, as reported to this service.")
                    .Register(registry)),
      open_fleets_(
          BuildGauge().Name("fleet_open_fleets").Help("Fleets that have not ended.").Register(registry).Add({})),
      cost_(BuildCounter()
                .Name("fleet_task_cost_usd_total")
                .Help("Cost of attempts in US dollars, as reported to this service.")
                .Register(registry)
                .Add({})),
      dispatch_batch_(BuildHistogram()
                          .Name("fleet_dispatch_batch_tasks")
                          .Help("Children leased by one dispatch transaction.")
                          .Register(registry)
                          .Add({}, kBatchSizes)),
      report_batch_(BuildHistogram()
                        .Name("fleet_report_batch_reports")
                        .Help("Reports recorded by one transaction.")
                        .Register(registry)
                        .Add({}, kBatchSizes)),
      watchers_(BuildGauge().Name("fleet_watchers").Help("WatchFleet streams open.").Register(registry).Add({})),
      parked_leases_(
          BuildGauge().Name("fleet_parked_leases").Help("LeaseTasks calls that wait.").Register(registry).Add({})) {
  for (const char* result : {"completed", "failed", "cancelled", "timed_out"}) completions_.Add({{"result", result}});
}

void ServiceMetrics::SetTasks(const std::map<std::string, double>& by_state) {
  for (const auto& [state, count] : by_state) tasks_.Add({{"state", state}}).Set(count);
}

IntakeMetrics::IntakeMetrics(prometheus::Registry& registry)
    : request_bytes_(BuildGauge()
                         .Name("fleet_service_request_bytes")
                         .Help("Bytes of requests that are being handled.")
                         .Register(registry)
                         .Add({})),
      refused_(BuildCounter()
                   .Name("fleet_service_requests_refused_total")
                   .Help("Requests refused before their method had them, by reason.")
                   .Register(registry)),
      streams_open_(
          BuildGauge().Name("fleet_service_streams_open").Help("Streams that are open.").Register(registry).Add({})),
      dropped_(BuildCounter()
                   .Name("fleet_service_streams_dropped_total")
                   .Help("Streams ended that could have gone on, by reason.")
                   .Register(registry)) {
  for (const Refusal why :
       {Refusal::kCompressed, Refusal::kTooLong, Refusal::kBudget, Refusal::kMalformed, Refusal::kTooManyCalls}) {
    refused_.Add({{"reason", LabelOf(why)}});
  }
  for (const StreamDrop why : {StreamDrop::kNotRead, StreamDrop::kTooManySteps}) {
    dropped_.Add({{"reason", LabelOf(why)}});
  }
}

void IntakeMetrics::CountRefused(Refusal why) { refused_.Add({{"reason", LabelOf(why)}}).Increment(); }

void IntakeMetrics::CountDropped(StreamDrop why) { dropped_.Add({{"reason", LabelOf(why)}}).Increment(); }

WorkerMetrics::WorkerMetrics(prometheus::Registry& registry)
    : steps_(BuildCounter().Name("fleet_worker_steps_total").Help("Steps of jobs by result.").Register(registry)),
      durations_(BuildHistogram()
                     .Name("fleet_worker_step_duration_seconds")
                     .Help("How long a step of a job took.")
                     .Register(registry)),
      last_success_(BuildGauge()
                        .Name("fleet_worker_last_success_timestamp_seconds")
                        .Help("When the last turn of a job came out well, whether or not there was something to do.")
                        .Register(registry)),
      children_(BuildCounter()
                    .Name("fleet_worker_children_total")
                    .Help("Children that a job enqueued or moved.")
                    .Register(registry)),
      lost_runners_(BuildCounter()
                        .Name("fleet_runners_lost_total")
                        .Help("Runners marked lost by this worker.")
                        .Register(registry)
                        .Add({})) {}

void WorkerMetrics::ObserveStep(const std::string& job, bool ok, absl::Duration took) {
  steps_.Add({{"job", job}, {"result", ok ? "ok" : "error"}}).Increment();
  durations_.Add({{"job", job}}, kStepSeconds).Observe(absl::ToDoubleSeconds(took));
}

RunnerMetrics::RunnerMetrics(prometheus::Registry& registry)
    : leftovers_(BuildGauge()
                     .Name("fleet_runner_leftover_directories")
                     .Help("Directories of ended tasks that could not be removed yet.")
                     .Register(registry)
                     .Add({})),
      removals_(BuildCounter()
                    .Name("fleet_runner_leftover_removals_total")
                    .Help("Further tries to remove such directories, by result.")
                    .Register(registry)),
      removals_ok_(removals_.Add({{"result", "ok"}})),
      removals_failed_(removals_.Add({{"result", "error"}})),
      free_bytes_(BuildGauge()
                      .Name("fleet_runner_disk_free_bytes")
                      .Help("Free bytes where the runner keeps its work.")
                      .Register(registry)
                      .Add({})),
      free_files_(BuildGauge()
                      .Name("fleet_runner_disk_free_files")
                      .Help("Free inodes where the runner keeps its work.")
                      .Register(registry)
                      .Add({})),
      stopped_for_disk_(BuildCounter()
                            .Name("fleet_runner_tasks_stopped_for_disk_total")
                            .Help("Tasks stopped because the disk was nearly full and they used most of it.")
                            .Register(registry)
                            .Add({})) {}

}  // namespace fleet::metrics
