#include "common/metrics/log_metrics.h"

#include "common/metrics/metric_families.h"

namespace fleet::metrics {

LogRelayMetrics::LogRelayMetrics(prometheus::Registry& registry)
    : bytes_(CounterFamily(registry, "fleet_service_log_bytes_total")),
      in_(bytes_.Add({{"direction", "in"}})),
      out_(bytes_.Add({{"direction", "out"}})),
      skipped_(CounterFamily(registry, "fleet_service_log_skipped_bytes_total").Add({})),
      followers_(GaugeFamily(registry, "fleet_service_log_followers").Add({})) {}

LiveLogMetrics::LiveLogMetrics(prometheus::Registry& registry)
    : sent_(CounterFamily(registry, "fleet_runner_log_sent_bytes_total").Add({})),
      dropped_(CounterFamily(registry, "fleet_runner_log_dropped_bytes_total").Add({})) {}

}  // namespace fleet::metrics
