#include "common/metrics/change_metrics.h"

#include "common/metrics/metric_catalog.h"

namespace fleet::metrics {
namespace {

constexpr char kWaits[] = "fleet_task_schedule_to_start_seconds";
constexpr char kRuns[] = "fleet_task_duration_seconds";

}  // namespace

ChangeMetrics::ChangeMetrics(prometheus::Registry& registry)
    : fleets_(CounterFamily(registry, "fleet_fleet_completions_total")),
      ratios_(HistogramFamily(registry, "fleet_fleet_completion_ratio")),
      fleet_durations_(HistogramFamily(registry, "fleet_fleet_duration_seconds")),
      completions_(CounterFamily(registry, "fleet_task_completions_total")),
      outcomes_(CounterFamily(registry, "fleet_task_outcomes_total")),
      failures_(CounterFamily(registry, "fleet_task_failures_total")),
      retries_(CounterFamily(registry, "fleet_task_retries_total")),
      losses_(CounterFamily(registry, "fleet_task_losses_total").Add({})),
      faults_(CounterFamily(registry, "fleet_task_capacity_faults_total").Add({})),
      cost_(CounterFamily(registry, "fleet_task_cost_usd_total").Add({})),
      waits_(HistogramFamily(registry, kWaits).Add({})),
      runs_(HistogramFamily(registry, kRuns)),
      leases_(CounterFamily(registry, "fleet_leases_granted_total").Add({})),
      expired_(CounterFamily(registry, "fleet_leases_expired_total")) {}

void ChangeMetrics::CountFleet(const std::string& result, double completion_ratio, absl::Duration took) {
  const prometheus::Labels labels = {{"result", result}};
  fleets_.Add(labels).Increment();
  ratios_.Add(labels).Observe(completion_ratio);
  fleet_durations_.Add(labels).Observe(absl::ToDoubleSeconds(took));
}

void ChangeMetrics::CountLeases(const std::vector<double>& waits) {
  leases_.Increment(static_cast<double>(waits.size()));
  ObserveAll(waits_, MetricNamed(kWaits).buckets, waits);
}

void ChangeMetrics::ObserveRuns(const std::string& result, const std::vector<double>& seconds) {
  ObserveAll(runs_.Add({{"result", result}}), MetricNamed(kRuns).buckets, seconds);
}

}  // namespace fleet::metrics
