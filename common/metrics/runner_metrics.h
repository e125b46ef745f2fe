// What a fleet-runner counts of itself. docs/metrics.md explains each.
#ifndef FLEET_COMMON_METRICS_RUNNER_METRICS_H_
#define FLEET_COMMON_METRICS_RUNNER_METRICS_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "common/metrics/metric_families.h"

namespace fleet::metrics {

// Thread-safe.
class RunnerMetrics {
 public:
  explicit RunnerMetrics(prometheus::Registry& registry);

  // fleet_runner_leftover_directories: what could not be removed yet.
  void SetLeftovers(std::size_t count) { leftovers_.Set(static_cast<double>(count)); }
  // fleet_runner_leftover_removals_total{result="ok"|"error"}: further tries to remove it.
  void CountLeftoverRemoval(bool ok) { (ok ? removals_ok_ : removals_failed_).Increment(); }
  // fleet_runner_disk_free_bytes, fleet_runner_disk_free_files: where the runner keeps its work.
  void SetDiskFree(double bytes, double files) {
    free_bytes_.Set(bytes);
    free_files_.Set(files);
  }
  // fleet_runner_disk_size_bytes, fleet_runner_disk_reserve_bytes.
  void SetDiskSize(double bytes, double reserve) {
    size_bytes_.Set(bytes);
    reserve_bytes_.Set(reserve);
  }
  // fleet_runner_tasks_stopped_for_disk_total.
  void CountStoppedForDisk() { stopped_for_disk_.Increment(); }
  // fleet_runner_own_slots{state="used"|"free"}: there are so many more; a task that is worked on takes one.
  void AddSlots(std::size_t count) { free_slots_.Increment(static_cast<double>(count)); }
  void TaskStarted();
  void TaskEnded();
  // fleet_runner_tasks_total{result}.
  void CountTask(const std::string& result) { tasks_.Add({{"result", result}}).Increment(); }
  // fleet_runner_phase_duration_seconds{phase}.
  void ObservePhase(const std::string& phase, absl::Duration took) {
    phases_.Add({{"phase", phase}}).Observe(absl::ToDoubleSeconds(took));
  }
  // fleet_runner_processes.
  void ProcessStarted() { processes_.Increment(); }
  void ProcessEnded() { processes_.Decrement(); }
  // fleet_runner_heartbeats_total{result="ok"|"error"}, fleet_runner_last_heartbeat_timestamp_seconds.
  void CountHeartbeat(bool ok);

 private:
  prometheus::Gauge& leftovers_;
  Counters& removals_;
  prometheus::Counter& removals_ok_;
  prometheus::Counter& removals_failed_;
  prometheus::Gauge& free_bytes_;
  prometheus::Gauge& free_files_;
  prometheus::Gauge& size_bytes_;
  prometheus::Gauge& reserve_bytes_;
  prometheus::Counter& stopped_for_disk_;
  Gauges& slots_;
  prometheus::Gauge& used_slots_;
  prometheus::Gauge& free_slots_;
  Counters& tasks_;
  Histograms phases_;
  prometheus::Gauge& processes_;
  Counters& heartbeats_;
  prometheus::Gauge& last_heartbeat_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_RUNNER_METRICS_H_
