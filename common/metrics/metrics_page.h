// docs/metrics.md, from the catalog.
#ifndef FLEET_COMMON_METRICS_METRICS_PAGE_H_
#define FLEET_COMMON_METRICS_METRICS_PAGE_H_

#include <cstddef>
#include <string>

namespace fleet::metrics {

// The whole page.
std::string MetricsPage();

// No more series than so many are in what a process serves.
std::size_t MostSeriesOfService();
std::size_t MostSeriesOfWorker();
std::size_t MostSeriesOfRunner();

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_METRICS_PAGE_H_
