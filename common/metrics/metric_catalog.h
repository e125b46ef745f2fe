// Every metric that there is, declared once: families are made from this list, and so is docs/metrics.md.
#ifndef FLEET_COMMON_METRICS_METRIC_CATALOG_H_
#define FLEET_COMMON_METRICS_METRIC_CATALOG_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleet::metrics {

enum class MetricType { kCounter, kGauge, kHistogram };

// Whose it is.
enum class MetricOrigin {
  kEvery,    // every process
  kSystem,   // what the database says, the same in every fleet-service
  kStores,   // of a process's own transactions: fleet-service and fleet-worker
  kService,  // fleet-service
  kWorker,   // fleet-worker
  kRunner,   // fleet-runner
};

// Pools that a process names in the label `pool`; the others share kOtherPool.
inline constexpr std::size_t kMostPools = 20;
inline constexpr char kOtherPool[] = "other";

struct MetricLabel {
  const char* name;
  // All that there are: then the series begin at 0. Empty: known as they come, at most `most`.
  std::vector<const char*> values;
  std::size_t most = 0;

  std::size_t Most() const { return values.empty() ? most : values.size(); }
};

struct Metric {
  const char* name;
  MetricType type;
  MetricOrigin origin;
  std::vector<MetricLabel> labels;
  const char* meaning;  // also its HELP
  std::vector<double> buckets = {};

  // No more series than so many, of one process.
  std::size_t MostSeries() const;
};

// In the order of docs/metrics.md.
const std::vector<Metric>& AllMetrics();
// The metric of that name. Ends the process if the list has none: a mistake in the code that every test shows.
const Metric& MetricNamed(absl::string_view name);

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_METRIC_CATALOG_H_
