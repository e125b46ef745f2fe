#include "common/metrics/database_metrics.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::HasSubstr;

TEST(DatabaseMetricsTest, EachSetHasItsSeriesAndTheyBeginAtZero) {
  prometheus::Registry registry;
  DatabaseMetrics metrics(registry);
  metrics.AddSet("hot", 3);
  const DatabaseMetrics::Set callers = metrics.AddSet("callers", 13);
  callers.used.Set(2);
  callers.idle.Set(4);
  callers.waits.Observe(0.5);
  callers.timeouts.Increment();
  callers.committed.Increment(5);
  callers.rolled_back.Increment(6);
  callers.failed.Increment(7);
  callers.durations.Observe(0.25);
  callers.after_serialization.Increment(8);
  callers.after_connection.Increment(9);
  const std::string text = MetricsText(registry);
  for (const char* line :
       {"fleet_db_pool_size{set=\"hot\"} 3", "fleet_db_pool_size{set=\"callers\"} 13",
        "fleet_db_transactions_total{result=\"committed\",set=\"hot\"} 0",
        "fleet_db_pool_connections{set=\"callers\",state=\"used\"} 2",
        "fleet_db_pool_connections{set=\"callers\",state=\"idle\"} 4",
        "fleet_db_pool_wait_seconds_sum{set=\"callers\"} 0.5", "fleet_db_pool_timeouts_total{set=\"callers\"} 1",
        "fleet_db_transactions_total{result=\"committed\",set=\"callers\"} 5",
        "fleet_db_transactions_total{result=\"rolled_back\",set=\"callers\"} 6",
        "fleet_db_transactions_total{result=\"failed\",set=\"callers\"} 7",
        "fleet_db_transaction_duration_seconds_sum{set=\"callers\"} 0.25",
        "fleet_db_transaction_retries_total{cause=\"serialization\",set=\"callers\"} 8",
        "fleet_db_transaction_retries_total{cause=\"connection\",set=\"callers\"} 9"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace fleet::metrics
