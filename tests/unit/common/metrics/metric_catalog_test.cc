#include "common/metrics/metric_catalog.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fleet::metrics {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(MetricCatalogTest, EachMetricIsDeclaredOnce) {
  std::set<std::string> names;
  for (const Metric& metric : AllMetrics()) EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
  EXPECT_THAT(names, SizeIs(testing::Gt(60U)));
}

// What promtool check metrics asks for.
TEST(MetricCatalogTest, NamesFollowTheConventions) {
  for (const Metric& metric : AllMetrics()) {
    const std::string name = metric.name;
    EXPECT_THAT(name, MatchesRegex("[a-z][a-z0-9]*(_[a-z0-9]+)*"));
    EXPECT_THAT(name, AnyOf(StartsWith("fleet_"), StartsWith("grpc_server_"), StartsWith("process_")));
    EXPECT_EQ(absl::EndsWith(name, "_total"), metric.type == MetricType::kCounter) << name;
    for (const char* suffix : {"_count", "_sum", "_bucket", "_ms", "_milliseconds", "_info_total"}) {
      EXPECT_FALSE(absl::EndsWith(name, suffix)) << name;
    }
    EXPECT_THAT(std::string(metric.meaning), Not(IsEmpty())) << name;
    EXPECT_TRUE(absl::EndsWith(metric.meaning, ".")) << name;
  }
}

TEST(MetricCatalogTest, LabelsAreFewAndBounded) {
  const std::set<std::string> allowed = {"version",   "component", "state",        "reason",     "outcome",
                                         "category",  "pool",      "name",         "job",        "result",
                                         "set",       "cause",     "grpc_type",    "threads",    "phase",
                                         "direction", "grpc_code", "grpc_service", "grpc_method"};
  for (const Metric& metric : AllMetrics()) {
    for (const MetricLabel& label : metric.labels) {
      EXPECT_THAT(allowed, Contains(label.name)) << metric.name;
      EXPECT_GE(label.Most(), 1U) << metric.name;
      EXPECT_LE(label.Most(), 50U) << metric.name;
      EXPECT_FALSE(absl::StrContains(metric.name, absl::StrCat("_by_", label.name))) << metric.name;
    }
  }
}

TEST(MetricCatalogTest, HistogramsAloneHaveBucketsAndTheseRise) {
  for (const Metric& metric : AllMetrics()) {
    EXPECT_EQ(metric.buckets.empty(), metric.type != MetricType::kHistogram) << metric.name;
    EXPECT_LE(metric.buckets.size(), 14U) << metric.name;
    EXPECT_TRUE(std::is_sorted(metric.buckets.begin(), metric.buckets.end())) << metric.name;
  }
}

TEST(MetricCatalogTest, BucketsHoldTheThresholdsOfTheObjectives) {
  EXPECT_THAT(MetricNamed("grpc_server_handling_seconds").buckets, Contains(1.0));           // submit
  EXPECT_THAT(MetricNamed("fleet_watch_lag_seconds").buckets, Contains(1.0));                // watch
  EXPECT_THAT(MetricNamed("fleet_task_schedule_to_start_seconds").buckets, Contains(30.0));  // start
}

TEST(MetricCatalogTest, SeriesAreTheProductOfLabelsAndBuckets) {
  const Metric counter = {
      "c_total", MetricType::kCounter, MetricOrigin::kService, {{"a", {"x", "y"}}, {"b", {}, 5}}, ""};
  EXPECT_EQ(counter.MostSeries(), 10U);
  const Metric histogram = {"h", MetricType::kHistogram, MetricOrigin::kService, {{"a", {"x", "y"}}}, "", {1, 2}};
  EXPECT_EQ(histogram.MostSeries(), 10U);  // two buckets, +Inf, sum and count of each
}

TEST(MetricCatalogDeathTest, AMetricThatIsNotDeclaredIsAMistake) {
  EXPECT_DEATH(MetricNamed("fleet_no_such_metric"), "");
}

}  // namespace
}  // namespace fleet::metrics
