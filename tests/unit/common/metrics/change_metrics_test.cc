#include "common/metrics/change_metrics.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::HasSubstr;

TEST(ChangeMetricsTest, ResultsAreThereBeforeTheFirstEnd) {
  prometheus::Registry registry;
  const ChangeMetrics metrics(registry);
  const std::string text = MetricsText(registry);
  for (const char* line :
       {"fleet_task_completions_total{result=\"completed\"} 0", "fleet_task_completions_total{result=\"timed_out\"} 0",
        "fleet_fleet_completions_total{result=\"partial_failure\"} 0", "fleet_task_failures_total{category=\"auth\"} 0",
        "fleet_leases_expired_total{reason=\"runner_lost\"} 0", "fleet_leases_granted_total 0"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ChangeMetricsTest, WhatIsCountedAddsUp) {
  prometheus::Registry registry;
  ChangeMetrics metrics(registry);
  metrics.CountFleet("partial_failure", 0.75, absl::Minutes(2));
  metrics.CountTasks("failed", 2);
  metrics.CountTasks("failed", 3);
  metrics.CountOutcomes("branch_pushed", 4);
  metrics.CountFailures("network", 6);
  metrics.CountRetries("network", 5);
  metrics.CountLosses(7);
  metrics.CountFaults(8);
  metrics.AddCost(0.5);
  metrics.AddCost(0.25);
  metrics.CountLeases({0.2, 45});
  metrics.CountExpired("not_held", 9);
  metrics.ObserveRuns("completed", {3, 4});
  const std::string text = MetricsText(registry);
  for (const char* line :
       {"fleet_fleet_completions_total{result=\"partial_failure\"} 1",
        "fleet_fleet_completion_ratio_sum{result=\"partial_failure\"} 0.75",
        "fleet_fleet_duration_seconds_sum{result=\"partial_failure\"} 120",
        "fleet_task_completions_total{result=\"failed\"} 5", "fleet_task_outcomes_total{outcome=\"branch_pushed\"} 4",
        "fleet_task_failures_total{category=\"network\"} 6", "fleet_task_retries_total{category=\"network\"} 5",
        "fleet_task_losses_total 7", "fleet_task_capacity_faults_total 8", "fleet_task_cost_usd_total 0.75",
        "fleet_leases_granted_total 2", "fleet_task_schedule_to_start_seconds_bucket{le=\"30\"} 1",
        "fleet_task_schedule_to_start_seconds_count 2", "fleet_leases_expired_total{reason=\"not_held\"} 9",
        "fleet_task_duration_seconds_sum{result=\"completed\"} 7"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace fleet::metrics
