// The connections and transactions of a process.
#ifndef FLEET_COMMON_METRICS_DATABASE_METRICS_H_
#define FLEET_COMMON_METRICS_DATABASE_METRICS_H_

#include <cstddef>
#include <string>

#include "common/metrics/metric_families.h"

namespace fleet::metrics {

// Thread-safe.
class DatabaseMetrics {
 public:
  explicit DatabaseMetrics(prometheus::Registry& registry);

  // The series of one set of connections, at 0; valid as long as the registry.
  struct Set {
    prometheus::Gauge& used;
    prometheus::Gauge& idle;
    prometheus::Histogram& waits;
    prometheus::Counter& timeouts;
    prometheus::Counter& committed;
    prometheus::Counter& rolled_back;
    prometheus::Counter& failed;
    prometheus::Histogram& durations;
    prometheus::Counter& after_serialization;
    prometheus::Counter& after_connection;
  };
  // `size`: how many connections there may be.
  Set AddSet(const std::string& set, std::size_t size);

 private:
  Gauges& sizes_;
  Gauges& connections_;
  Histograms waits_;
  Counters& timeouts_;
  Counters& transactions_;
  Histograms durations_;
  Counters& retries_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_DATABASE_METRICS_H_
