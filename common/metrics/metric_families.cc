#include "common/metrics/metric_families.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "common/metrics/metric_catalog.h"

namespace fleet::metrics {
namespace {

const Metric& Declared(absl::string_view name, MetricType type) {
  const Metric& metric = MetricNamed(name);
  if (metric.type != type) std::abort();
  return metric;
}

// Every combination of the labels' values; none if those of some label are not known.
std::vector<prometheus::Labels> KnownSeries(const Metric& metric) {
  std::vector<prometheus::Labels> series = {{}};
  for (const MetricLabel& label : metric.labels) {
    std::vector<prometheus::Labels> longer;
    for (const prometheus::Labels& labels : series) {
      for (const char* value : label.values) {
        longer.push_back(labels);
        longer.back()[label.name] = value;
      }
    }
    series = std::move(longer);
  }
  return series;
}

}  // namespace

Counters& CounterFamily(prometheus::Registry& registry, absl::string_view name) {
  const Metric& metric = Declared(name, MetricType::kCounter);
  Counters& family = prometheus::BuildCounter().Name(metric.name).Help(metric.meaning).Register(registry);
  for (const prometheus::Labels& labels : KnownSeries(metric)) family.Add(labels);
  return family;
}

Gauges& GaugeFamily(prometheus::Registry& registry, absl::string_view name) {
  const Metric& metric = Declared(name, MetricType::kGauge);
  Gauges& family = prometheus::BuildGauge().Name(metric.name).Help(metric.meaning).Register(registry);
  for (const prometheus::Labels& labels : KnownSeries(metric)) family.Add(labels);
  return family;
}

Histograms HistogramFamily(prometheus::Registry& registry, absl::string_view name) {
  const Metric& metric = Declared(name, MetricType::kHistogram);
  Histograms family(prometheus::BuildHistogram().Name(metric.name).Help(metric.meaning).Register(registry),
                    metric.buckets);
  for (const prometheus::Labels& labels : KnownSeries(metric)) family.Add(labels);
  return family;
}

void ObserveAll(prometheus::Histogram& histogram, const std::vector<double>& buckets,
                const std::vector<double>& values) {
  if (values.empty()) return;
  std::vector<double> increments(buckets.size() + 1);
  double sum = 0;
  for (const double value : values) {
    ++increments[static_cast<std::size_t>(std::lower_bound(buckets.begin(), buckets.end(), value) - buckets.begin())];
    sum += value;
  }
  histogram.ObserveMultiple(increments, sum);
}

}  // namespace fleet::metrics
