// Metrics of logs of running children on their way to those who follow them. docs/operations.md explains them.
#ifndef FLEET_COMMON_METRICS_LOG_METRICS_H_
#define FLEET_COMMON_METRICS_LOG_METRICS_H_

#include <cstddef>
#include <cstdint>

#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace fleet::metrics {

// Of a fleet-service. Thread-safe.
class LogRelayMetrics {
 public:
  explicit LogRelayMetrics(prometheus::Registry& registry);

  // fleet_service_log_bytes_total{direction="in"|"out"}: from runners, to followers.
  void CountIn(std::size_t bytes) { in_.Increment(static_cast<double>(bytes)); }
  void CountOut(std::size_t bytes) { out_.Increment(static_cast<double>(bytes)); }
  // fleet_service_log_skipped_bytes_total: that followers were told they miss.
  void CountSkipped(int64_t bytes) { skipped_.Increment(static_cast<double>(bytes)); }
  // fleet_service_log_followers.
  void FollowerCame() { followers_.Increment(); }
  void FollowerLeft() { followers_.Decrement(); }

 private:
  prometheus::Family<prometheus::Counter>& bytes_;
  prometheus::Counter& in_;
  prometheus::Counter& out_;
  prometheus::Counter& skipped_;
  prometheus::Gauge& followers_;
};

// Of a fleet-runner. Thread-safe.
class LiveLogMetrics {
 public:
  explicit LiveLogMetrics(prometheus::Registry& registry);

  // fleet_runner_log_sent_bytes_total: of logs that are followed.
  void CountSent(std::size_t bytes) { sent_.Increment(static_cast<double>(bytes)); }
  // fleet_runner_log_dropped_bytes_total: of logs that are followed, too much to be sent or not taken.
  void CountDropped(int64_t bytes) { dropped_.Increment(static_cast<double>(bytes)); }

 private:
  prometheus::Counter& sent_;
  prometheus::Counter& dropped_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_LOG_METRICS_H_
