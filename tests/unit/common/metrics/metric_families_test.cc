#include "common/metrics/metric_families.h"

#include <gmock/gmock.h>

#include <string>

#include "common/metrics/metric_catalog.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricFamiliesTest, KnownSeriesBeginAtZero) {
  prometheus::Registry registry;
  CounterFamily(registry, "fleet_worker_steps_total");
  HistogramFamily(registry, "fleet_worker_step_duration_seconds");
  GaugeFamily(registry, "fleet_open_fleets");
  EXPECT_THAT(MetricsText(registry),
              AllOf(HasSubstr("fleet_worker_steps_total{job=\"expand\",result=\"ok\"} 0\n"),
                    HasSubstr("fleet_worker_steps_total{job=\"queue_age\",result=\"error\"} 0\n"),
                    HasSubstr("fleet_worker_step_duration_seconds_count{job=\"sweep\"} 0\n"),
                    HasSubstr("fleet_open_fleets 0\n")));
}

TEST(MetricFamiliesTest, SeriesOfLabelsThatAreNotKnownComeWithTheirFirstValue) {
  prometheus::Registry registry;
  Gauges& family = GaugeFamily(registry, "fleet_pool_tasks");
  EXPECT_THAT(MetricsText(registry), Not(HasSubstr("fleet_pool_tasks{")));
  family.Add({{"pool", "default"}, {"state", "queued"}}).Set(3);
  EXPECT_THAT(MetricsText(registry), HasSubstr("fleet_pool_tasks{pool=\"default\",state=\"queued\"} 3\n"));
}

TEST(MetricFamiliesTest, HistogramsHaveTheBucketsOfTheCatalog) {
  prometheus::Registry registry;
  HistogramFamily(registry, "fleet_watch_lag_seconds").Add({}).Observe(0.12);
  EXPECT_THAT(MetricsText(registry), AllOf(HasSubstr("fleet_watch_lag_seconds_bucket{le=\"0.1\"} 0\n"),
                                           HasSubstr("fleet_watch_lag_seconds_bucket{le=\"0.2\"} 1\n")));
}

TEST(MetricFamiliesTest, ObservingManyIsObservingEach) {
  const std::vector<double>& buckets = MetricNamed("fleet_watch_lag_seconds").buckets;
  const std::vector<double> values = {0, 0.005, 0.0051, 0.2, 0.3, 30, 31};  // on bounds, between and beyond them
  prometheus::Registry one_by_one;
  for (const double value : values) HistogramFamily(one_by_one, "fleet_watch_lag_seconds").Add({}).Observe(value);
  prometheus::Registry together;
  ObserveAll(HistogramFamily(together, "fleet_watch_lag_seconds").Add({}), buckets, values);
  ObserveAll(HistogramFamily(together, "fleet_watch_lag_seconds").Add({}), buckets, {});
  EXPECT_EQ(MetricsText(together), MetricsText(one_by_one));
}

TEST(MetricFamiliesDeathTest, AMetricOfAnotherTypeIsAMistake) {
  prometheus::Registry registry;
  EXPECT_DEATH(GaugeFamily(registry, "fleet_worker_steps_total"), "");
}

}  // namespace
}  // namespace fleet::metrics
