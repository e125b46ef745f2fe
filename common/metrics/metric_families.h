// Families of the catalog's metrics in a registry.
#ifndef FLEET_COMMON_METRICS_METRIC_FAMILIES_H_
#define FLEET_COMMON_METRICS_METRIC_FAMILIES_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/labels.h"
#include "prometheus/registry.h"

namespace fleet::metrics {

using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;

// A family of histograms with the catalog's buckets.
class Histograms {
 public:
  Histograms(prometheus::Family<prometheus::Histogram>& family, const std::vector<double>& buckets)
      : family_(family), buckets_(buckets) {}

  prometheus::Histogram& Add(const prometheus::Labels& labels) { return family_.Add(labels, buckets_); }

 private:
  prometheus::Family<prometheus::Histogram>& family_;
  const std::vector<double>& buckets_;
};

// The metric `name` of the catalog, registered. If the values of all its labels are known, each of its series begins at
// 0. Thread-safe, as the families are. Ends the process if the catalog has no such metric of that type.
Counters& CounterFamily(prometheus::Registry& registry, absl::string_view name);
Gauges& GaugeFamily(prometheus::Registry& registry, absl::string_view name);
Histograms HistogramFamily(prometheus::Registry& registry, absl::string_view name);

// Observes many values at the price of few.
void ObserveAll(prometheus::Histogram& histogram, const std::vector<double>& buckets,
                const std::vector<double>& values);

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_METRIC_FAMILIES_H_
