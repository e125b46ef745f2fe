#include "common/metrics/metrics_page.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/metrics/metric_catalog.h"

namespace fleet::metrics {
namespace {

using ::testing::HasSubstr;

constexpr char kPage[] = FLEET_SOURCE_DIR "/docs/metrics.md";

// With FLEET_APPROVE=1 in the environment the page is written instead.
TEST(MetricsPageTest, IsThePageOfTheDocuments) {
  if (std::getenv("FLEET_APPROVE") != nullptr) std::ofstream(kPage) << MetricsPage();
  std::ifstream file(kPage);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), MetricsPage()) << "run this test with FLEET_APPROVE=1 and look at the difference";
}

TEST(MetricsPageTest, HasARowForEachMetric) {
  const std::string page = MetricsPage();
  for (const Metric& metric : AllMetrics()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n| `", metric.name, "` | ")));
  }
}

TEST(MetricsPageTest, WhatAProcessServesIsBounded) {
  EXPECT_LE(MostSeriesOfService(), 1900U);
  EXPECT_LE(MostSeriesOfWorker(), 500U);
  EXPECT_LE(MostSeriesOfRunner(), 100U);
  EXPECT_THAT(MetricsPage(), HasSubstr(absl::StrCat("| fleet-service | ", MostSeriesOfService(), " |\n")));
}

}  // namespace
}  // namespace fleet::metrics
