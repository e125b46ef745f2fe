// What a fleet-service, a fleet-worker and a fleet-runner count of themselves. docs/metrics.md explains each.
#ifndef FLEET_COMMON_METRICS_FLEET_METRICS_H_
#define FLEET_COMMON_METRICS_FLEET_METRICS_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "common/metrics/metric_families.h"

namespace fleet::metrics {

// fleet_build_info{version, component} 1.
void RegisterBuildInfo(prometheus::Registry& registry, const std::string& component);

// Of a fleet-service. Thread-safe.
class ServiceMetrics {
 public:
  explicit ServiceMetrics(prometheus::Registry& registry);

  // fleet_dispatch_batch_tasks, fleet_report_batch_reports: sizes of committed batches.
  void ObserveDispatch(std::size_t tasks) { dispatch_batch_.Observe(static_cast<double>(tasks)); }
  void ObserveReports(std::size_t reports) { report_batch_.Observe(static_cast<double>(reports)); }
  // fleet_watchers, fleet_parked_leases: held by this service now.
  void SetWatchers(std::size_t count) { watchers_.Set(static_cast<double>(count)); }
  void SetParkedLeases(std::size_t count) { parked_leases_.Set(static_cast<double>(count)); }
  // fleet_watch_lag_seconds: how old a fleet's last change was when those who watch it were told.
  void ObserveWatchLag(absl::Duration lag) { watch_lag_.Observe(absl::ToDoubleSeconds(lag)); }
  // fleet_service_calls_waiting{threads="callers"|"runners"|"watch"}: for a thread, now.
  void SetCallsWaiting(const std::string& threads, std::size_t count) {
    calls_waiting_.Add({{"threads", threads}}).Set(static_cast<double>(count));
  }

 private:
  prometheus::Histogram& dispatch_batch_;
  prometheus::Histogram& report_batch_;
  prometheus::Gauge& watchers_;
  prometheus::Gauge& parked_leases_;
  prometheus::Histogram& watch_lag_;
  Gauges& calls_waiting_;
};

// Why a fleet-service refuses a request before its method has it.
enum class Refusal {
  kCompressed,
  kTooLong,       // for its method
  kBudget,        // others' requests leave it no room
  kMalformed,     // its bytes are no such message
  kTooManyCalls,  // wait already
};

// Why a fleet-service ends a stream that could go on.
enum class StreamDrop {
  kNotRead,       // its caller lets a message wait
  kTooManySteps,  // of streams wait already
};

// What callers make a fleet-service hold, and what it refuses them. Thread-safe.
class IntakeMetrics {
 public:
  explicit IntakeMetrics(prometheus::Registry& registry);

  // fleet_service_request_bytes: of requests being handled now.
  void AddRequestBytes(std::size_t bytes) { request_bytes_.Increment(static_cast<double>(bytes)); }
  void RemoveRequestBytes(std::size_t bytes) { request_bytes_.Decrement(static_cast<double>(bytes)); }
  // fleet_service_requests_refused_total{reason}.
  void CountRefused(Refusal why);
  // fleet_service_streams_open.
  void StreamOpened() { streams_open_.Increment(); }
  void StreamEnded() { streams_open_.Decrement(); }
  // fleet_service_streams_dropped_total{reason}.
  void CountDropped(StreamDrop why);

 private:
  prometheus::Gauge& request_bytes_;
  Counters& refused_;
  prometheus::Gauge& streams_open_;
  Counters& dropped_;
};

// Of a fleet-worker. Thread-safe.
class WorkerMetrics {
 public:
  explicit WorkerMetrics(prometheus::Registry& registry);

  // fleet_worker_steps_total{job, result="ok"|"error"}, fleet_worker_step_duration_seconds{job}: a step that had
  // something to do.
  void ObserveStep(const std::string& job, bool ok, absl::Duration took);
  // fleet_worker_last_success_timestamp_seconds{job}: when its last turn came out well, with something to do or
  // without.
  void MarkSuccess(const std::string& job) { last_success_.Add({{"job", job}}).SetToCurrentTime(); }
  // fleet_worker_children_total{job}.
  void CountChildren(const std::string& job, double count) { children_.Add({{"job", job}}).Increment(count); }
  // fleet_runners_lost_total.
  void CountLostRunners(double count) { lost_runners_.Increment(count); }

 private:
  Counters& steps_;
  Histograms durations_;
  Gauges& last_success_;
  Counters& children_;
  prometheus::Counter& lost_runners_;
};

// Of a fleet-runner. Thread-safe.
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

#endif  // FLEET_COMMON_METRICS_FLEET_METRICS_H_
