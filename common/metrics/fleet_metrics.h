// Fleet's own metrics, every name in one place. docs/operations.md explains them.
#ifndef FLEET_COMMON_METRICS_FLEET_METRICS_H_
#define FLEET_COMMON_METRICS_FLEET_METRICS_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace fleet::metrics {

// fleet_build_info{version, component} 1.
void RegisterBuildInfo(prometheus::Registry& registry, const std::string& component);

// Of a fleet-service. Thread-safe.
class ServiceMetrics {
 public:
  explicit ServiceMetrics(prometheus::Registry& registry);

  // fleet_tasks{state}: children of open fleets, as the database counts them; the same in every service.
  void SetTasks(const std::map<std::string, double>& by_state);
  // fleet_open_fleets, the same in every service.
  void SetOpenFleets(double count) { open_fleets_.Set(count); }
  // fleet_task_completions_total{result}, fleet_task_failures_total{category}, fleet_task_cost_usd_total: what was
  // reported to this service.
  void CountCompletion(const std::string& result) { completions_.Add({{"result", result}}).Increment(); }
  void CountFailure(const std::string& category) { failures_.Add({{"category", category}}).Increment(); }
  void AddCost(double usd) { cost_.Increment(usd); }
  // fleet_dispatch_batch_tasks, fleet_report_batch_reports: sizes of committed batches.
  void ObserveDispatch(std::size_t tasks) { dispatch_batch_.Observe(static_cast<double>(tasks)); }
  void ObserveReports(std::size_t reports) { report_batch_.Observe(static_cast<double>(reports)); }
  // fleet_watchers, fleet_parked_leases: held by this service now.
  void SetWatchers(std::size_t count) { watchers_.Set(static_cast<double>(count)); }
  void SetParkedLeases(std::size_t count) { parked_leases_.Set(static_cast<double>(count)); }

 private:
  prometheus::Family<prometheus::Gauge>& tasks_;
  prometheus::Family<prometheus::Counter>& completions_;
  prometheus::Family<prometheus::Counter>& failures_;
  prometheus::Gauge& open_fleets_;
  prometheus::Counter& cost_;
  prometheus::Histogram& dispatch_batch_;
  prometheus::Histogram& report_batch_;
  prometheus::Gauge& watchers_;
  prometheus::Gauge& parked_leases_;
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
  prometheus::Family<prometheus::Counter>& refused_;
  prometheus::Gauge& streams_open_;
  prometheus::Family<prometheus::Counter>& dropped_;
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
  prometheus::Family<prometheus::Counter>& steps_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Gauge>& last_success_;
  prometheus::Family<prometheus::Counter>& children_;
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
  // fleet_runner_tasks_stopped_for_disk_total.
  void CountStoppedForDisk() { stopped_for_disk_.Increment(); }

 private:
  prometheus::Gauge& leftovers_;
  prometheus::Family<prometheus::Counter>& removals_;
  prometheus::Counter& removals_ok_;
  prometheus::Counter& removals_failed_;
  prometheus::Gauge& free_bytes_;
  prometheus::Gauge& free_files_;
  prometheus::Counter& stopped_for_disk_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_FLEET_METRICS_H_
