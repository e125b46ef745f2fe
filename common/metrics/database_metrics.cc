#include "common/metrics/database_metrics.h"

namespace fleet::metrics {

DatabaseMetrics::DatabaseMetrics(prometheus::Registry& registry)
    : sizes_(GaugeFamily(registry, "fleet_db_pool_size")),
      connections_(GaugeFamily(registry, "fleet_db_pool_connections")),
      waits_(HistogramFamily(registry, "fleet_db_pool_wait_seconds")),
      timeouts_(CounterFamily(registry, "fleet_db_pool_timeouts_total")),
      transactions_(CounterFamily(registry, "fleet_db_transactions_total")),
      durations_(HistogramFamily(registry, "fleet_db_transaction_duration_seconds")),
      retries_(CounterFamily(registry, "fleet_db_transaction_retries_total")) {}

DatabaseMetrics::Set DatabaseMetrics::AddSet(const std::string& set, std::size_t size) {
  sizes_.Add({{"set", set}}).Set(static_cast<double>(size));
  return {connections_.Add({{"set", set}, {"state", "used"}}),
          connections_.Add({{"set", set}, {"state", "idle"}}),
          waits_.Add({{"set", set}}),
          timeouts_.Add({{"set", set}}),
          transactions_.Add({{"set", set}, {"result", "committed"}}),
          transactions_.Add({{"set", set}, {"result", "rolled_back"}}),
          transactions_.Add({{"set", set}, {"result", "failed"}}),
          durations_.Add({{"set", set}}),
          retries_.Add({{"set", set}, {"cause", "serialization"}}),
          retries_.Add({{"set", set}, {"cause", "connection"}})};
}

}  // namespace fleet::metrics
