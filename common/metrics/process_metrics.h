// What the operating system says of this process, in the names of Prometheus' own clients.
#ifndef FLEET_COMMON_METRICS_PROCESS_METRICS_H_
#define FLEET_COMMON_METRICS_PROCESS_METRICS_H_

#include <vector>

#include "prometheus/metric_family.h"

namespace fleet::metrics {

// process_*, as they stand now; what cannot be read is left out.
std::vector<prometheus::MetricFamily> CollectProcessMetrics();
// fleet_ready.
prometheus::MetricFamily CollectReady(bool ready);

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_PROCESS_METRICS_H_
