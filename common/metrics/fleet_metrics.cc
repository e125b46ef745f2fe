#include "common/metrics/fleet_metrics.h"

namespace fleet::metrics {
namespace {

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
  GaugeFamily(registry, "fleet_build_info").Add({{"version", FLEET_VERSION}, {"component", component}}).Set(1);
}

ServiceMetrics::ServiceMetrics(prometheus::Registry& registry)
    : dispatch_batch_(HistogramFamily(registry, "fleet_dispatch_batch_tasks").Add({})),
      report_batch_(HistogramFamily(registry, "fleet_report_batch_reports").Add({})),
      watchers_(GaugeFamily(registry, "fleet_watchers").Add({})),
      parked_leases_(GaugeFamily(registry, "fleet_parked_leases").Add({})),
      watch_lag_(HistogramFamily(registry, "fleet_watch_lag_seconds").Add({})),
      calls_waiting_(GaugeFamily(registry, "fleet_service_calls_waiting")) {}

IntakeMetrics::IntakeMetrics(prometheus::Registry& registry)
    : request_bytes_(GaugeFamily(registry, "fleet_service_request_bytes").Add({})),
      refused_(CounterFamily(registry, "fleet_service_requests_refused_total")),
      streams_open_(GaugeFamily(registry, "fleet_service_streams_open").Add({})),
      dropped_(CounterFamily(registry, "fleet_service_streams_dropped_total")) {}

void IntakeMetrics::CountRefused(Refusal why) { refused_.Add({{"reason", LabelOf(why)}}).Increment(); }

void IntakeMetrics::CountDropped(StreamDrop why) { dropped_.Add({{"reason", LabelOf(why)}}).Increment(); }

WorkerMetrics::WorkerMetrics(prometheus::Registry& registry)
    : steps_(CounterFamily(registry, "fleet_worker_steps_total")),
      durations_(HistogramFamily(registry, "fleet_worker_step_duration_seconds")),
      last_success_(GaugeFamily(registry, "fleet_worker_last_success_timestamp_seconds")),
      children_(CounterFamily(registry, "fleet_worker_children_total")),
      lost_runners_(CounterFamily(registry, "fleet_runners_lost_total").Add({})) {}

void WorkerMetrics::ObserveStep(const std::string& job, bool ok, absl::Duration took) {
  steps_.Add({{"job", job}, {"result", ok ? "ok" : "error"}}).Increment();
  durations_.Add({{"job", job}}).Observe(absl::ToDoubleSeconds(took));
}

}  // namespace fleet::metrics
