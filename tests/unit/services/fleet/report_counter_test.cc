#include "services/fleet/report_counter.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ReportCounterTest, CountsWhatWasAppliedOfEachBatch) {
  prometheus::Registry registry;
  metrics::ServiceMetrics metrics(registry);
  ReportCounter counter(metrics);
  counter.Count({{domain::ReportVerdict::kApply, domain::TaskState::kRunning},
                 {domain::ReportVerdict::kLeaseLost, domain::TaskState::kQueued},
                 {domain::ReportVerdict::kApply, domain::TaskState::kCompleted}});
  EXPECT_THAT(metrics::MetricsText(registry), AllOf(HasSubstr("fleet_report_batch_reports_sum 2\n"),
                                                    HasSubstr("fleet_report_batch_reports_count 1\n")));
  counter.Count({{domain::ReportVerdict::kRepeat, domain::TaskState::kCompleted}});
  EXPECT_THAT(metrics::MetricsText(registry), HasSubstr("fleet_report_batch_reports_count 1\n"));
}

}  // namespace
}  // namespace fleet::service
