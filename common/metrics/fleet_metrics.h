// What a fleet-service and a fleet-worker count of themselves, and what every program says of itself. docs/metrics.md
// explains each.
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

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_FLEET_METRICS_H_
