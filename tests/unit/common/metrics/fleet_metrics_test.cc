#include "common/metrics/fleet_metrics.h"

#include <gmock/gmock.h>

#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::HasSubstr;

TEST(BuildInfoTest, SaysWhatRuns) {
  prometheus::Registry registry;
  RegisterBuildInfo(registry, "fleet-service");
  EXPECT_THAT(MetricsText(registry), HasSubstr(R"(fleet_build_info{component="fleet-service",version=")"));
}

TEST(ServiceMetricsTest, TellsWhatWasObservedAndSet) {
  prometheus::Registry registry;
  ServiceMetrics metrics(registry);
  EXPECT_THAT(MetricsText(registry), HasSubstr("fleet_service_calls_waiting{threads=\"watch\"} 0"));
  metrics.ObserveDispatch(30);
  metrics.ObserveReports(3);
  metrics.ObserveReports(4);
  metrics.SetWatchers(9);
  metrics.SetParkedLeases(8);
  metrics.ObserveWatchLag(absl::Milliseconds(250));
  metrics.SetCallsWaiting("runners", 6);
  metrics.SetCallsWaiting("runners", 5);
  const std::string text = MetricsText(registry);
  for (const char* line :
       {"fleet_dispatch_batch_tasks_count 1", "fleet_dispatch_batch_tasks_sum 30", "fleet_report_batch_reports_count 2",
        "fleet_report_batch_reports_sum 7", "fleet_watchers 9", "fleet_parked_leases 8",
        "fleet_watch_lag_seconds_sum 0.25", "fleet_service_calls_waiting{threads=\"runners\"} 5"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(IntakeMetricsTest, ReasonsAreThereBeforeTheFirstRefusal) {
  prometheus::Registry registry;
  const IntakeMetrics metrics(registry);
  const std::string text = MetricsText(registry);
  for (const char* reason : {"compressed", "too_long", "budget", "malformed", "too_many_calls"}) {
    EXPECT_THAT(text, HasSubstr(std::string("fleet_service_requests_refused_total{reason=\"") + reason + "\"} 0"));
  }
  for (const char* reason : {"not_read", "too_many_steps"}) {
    EXPECT_THAT(text, HasSubstr(std::string("fleet_service_streams_dropped_total{reason=\"") + reason + "\"} 0"));
  }
}

TEST(IntakeMetricsTest, WhatIsHeldGoesUpAndDownAndWhatIsRefusedUpAlone) {
  prometheus::Registry registry;
  IntakeMetrics metrics(registry);
  metrics.AddRequestBytes(3000);
  metrics.AddRequestBytes(500);
  metrics.RemoveRequestBytes(3000);
  for (const Refusal why : {Refusal::kCompressed, Refusal::kTooLong, Refusal::kBudget, Refusal::kBudget,
                            Refusal::kMalformed, Refusal::kTooManyCalls}) {
    metrics.CountRefused(why);
  }
  metrics.StreamOpened();
  metrics.StreamOpened();
  metrics.StreamEnded();
  metrics.CountDropped(StreamDrop::kNotRead);
  metrics.CountDropped(StreamDrop::kTooManySteps);
  metrics.CountDropped(StreamDrop::kTooManySteps);
  const std::string text = MetricsText(registry);
  for (const char* line :
       {"fleet_service_request_bytes 500", "fleet_service_requests_refused_total{reason=\"compressed\"} 1",
        "fleet_service_requests_refused_total{reason=\"too_long\"} 1",
        "fleet_service_requests_refused_total{reason=\"budget\"} 2",
        "fleet_service_requests_refused_total{reason=\"malformed\"} 1",
        "fleet_service_requests_refused_total{reason=\"too_many_calls\"} 1", "fleet_service_streams_open 1",
        "fleet_service_streams_dropped_total{reason=\"not_read\"} 1",
        "fleet_service_streams_dropped_total{reason=\"too_many_steps\"} 2"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(WorkerMetricsTest, CountsStepsByJobAndResult) {
  prometheus::Registry registry;
  WorkerMetrics metrics(registry);
  metrics.ObserveStep("expand", true, absl::Milliseconds(250));
  metrics.ObserveStep("expand", true, absl::Milliseconds(500));
  metrics.ObserveStep("expand", false, absl::ZeroDuration());
  metrics.MarkSuccess("expand");
  metrics.CountChildren("expand", 5000);
  metrics.CountLostRunners(2);
  const std::string text = MetricsText(registry);
  for (const char* line : {R"(fleet_worker_steps_total{job="expand",result="ok"} 2)",
                           R"(fleet_worker_steps_total{job="expand",result="error"} 1)",
                           R"(fleet_worker_children_total{job="expand"} 5000)", "fleet_runners_lost_total 2",
                           R"(fleet_worker_step_duration_seconds_count{job="expand"} 3)",
                           R"(fleet_worker_step_duration_seconds_sum{job="expand"} 0.75)",
                           R"(fleet_worker_last_success_timestamp_seconds{job="expand"} 1)"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace fleet::metrics
