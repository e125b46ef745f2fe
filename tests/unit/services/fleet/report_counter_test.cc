#include "services/fleet/report_counter.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ReportCounterTest : public ::testing::Test {
 protected:
  domain::TaskReport Report(domain::TaskState state) {
    domain::TaskReport report;
    report.state = state;
    return report;
  }
  std::string Text() const { return metrics::MetricsText(registry_); }

  prometheus::Registry registry_;
  metrics::ServiceMetrics metrics_{registry_};
  ReportCounter counter_{metrics_};
};

TEST_F(ReportCounterTest, CountsEndsWithTheirCost) {
  domain::TaskReport completed = Report(domain::TaskState::kCompleted);
  completed.cost_micros = 250'000;
  counter_.Count({completed}, {{domain::ReportVerdict::kApply, domain::TaskState::kCompleted}});
  EXPECT_THAT(Text(),
              AllOf(HasSubstr("fleet_task_completions_total{result=\"completed\"} 1\n"),
                    HasSubstr("fleet_task_cost_usd_total 0.25\n"), HasSubstr("fleet_report_batch_reports_sum 1\n")));
}

TEST_F(ReportCounterTest, AFailureThatWillBeTriedAgainIsAFailedAttemptAndNoCompletion) {
  domain::TaskReport failed = Report(domain::TaskState::kFailed);
  failed.category = domain::FailureCategory::kNetwork;
  failed.cost_micros = 1'000'000;
  counter_.Count({failed}, {{domain::ReportVerdict::kApply, domain::TaskState::kQueued}});
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_task_failures_total{category=\"network\"} 1\n"),
                            HasSubstr("fleet_task_completions_total{result=\"failed\"} 0\n"),
                            HasSubstr("fleet_task_cost_usd_total 1\n")));
  counter_.Count({failed}, {{domain::ReportVerdict::kApply, domain::TaskState::kFailed}});
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_task_failures_total{category=\"network\"} 2\n"),
                            HasSubstr("fleet_task_completions_total{result=\"failed\"} 1\n")));
}

TEST_F(ReportCounterTest, ProgressIsABatchAndNoEnd) {
  const domain::TaskReport running = Report(domain::TaskState::kRunning);
  counter_.Count({running, running}, {{domain::ReportVerdict::kApply, domain::TaskState::kRunning},
                                      {domain::ReportVerdict::kApply, domain::TaskState::kRunning}});
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_report_batch_reports_sum 2\n"),
                            HasSubstr("fleet_task_completions_total{result=\"completed\"} 0\n")));
}

TEST_F(ReportCounterTest, WhatWasNotAppliedDoesNotCount) {
  domain::TaskReport completed = Report(domain::TaskState::kCompleted);
  completed.cost_micros = 250'000;
  counter_.Count({completed, completed}, {{domain::ReportVerdict::kLeaseLost, domain::TaskState::kQueued},
                                          {domain::ReportVerdict::kRepeat, domain::TaskState::kCompleted}});
  EXPECT_THAT(Text(),
              AllOf(HasSubstr("fleet_task_completions_total{result=\"completed\"} 0\n"),
                    HasSubstr("fleet_task_cost_usd_total 0\n"), HasSubstr("fleet_report_batch_reports_count 0\n")));
}

}  // namespace
}  // namespace fleet::service
