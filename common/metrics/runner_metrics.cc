#include "common/metrics/runner_metrics.h"

namespace fleet::metrics {

RunnerMetrics::RunnerMetrics(prometheus::Registry& registry)
    : leftovers_(GaugeFamily(registry, "fleet_runner_leftover_directories").Add({})),
      removals_(CounterFamily(registry, "fleet_runner_leftover_removals_total")),
      removals_ok_(removals_.Add({{"result", "ok"}})),
      removals_failed_(removals_.Add({{"result", "error"}})),
      free_bytes_(GaugeFamily(registry, "fleet_runner_disk_free_bytes").Add({})),
      free_files_(GaugeFamily(registry, "fleet_runner_disk_free_files").Add({})),
      size_bytes_(GaugeFamily(registry, "fleet_runner_disk_size_bytes").Add({})),
      reserve_bytes_(GaugeFamily(registry, "fleet_runner_disk_reserve_bytes").Add({})),
      stopped_for_disk_(CounterFamily(registry, "fleet_runner_tasks_stopped_for_disk_total").Add({})),
      slots_(GaugeFamily(registry, "fleet_runner_own_slots")),
      used_slots_(slots_.Add({{"state", "used"}})),
      free_slots_(slots_.Add({{"state", "free"}})),
      tasks_(CounterFamily(registry, "fleet_runner_tasks_total")),
      phases_(HistogramFamily(registry, "fleet_runner_phase_duration_seconds")),
      processes_(GaugeFamily(registry, "fleet_runner_processes").Add({})),
      heartbeats_(CounterFamily(registry, "fleet_runner_heartbeats_total")),
      last_heartbeat_(GaugeFamily(registry, "fleet_runner_last_heartbeat_timestamp_seconds").Add({})) {}

void RunnerMetrics::TaskStarted() {
  used_slots_.Increment();
  free_slots_.Decrement();
}

void RunnerMetrics::TaskEnded() {
  used_slots_.Decrement();
  free_slots_.Increment();
}

void RunnerMetrics::CountHeartbeat(bool ok) {
  heartbeats_.Add({{"result", ok ? "ok" : "error"}}).Increment();
  if (ok) last_heartbeat_.SetToCurrentTime();
}

}  // namespace fleet::metrics
