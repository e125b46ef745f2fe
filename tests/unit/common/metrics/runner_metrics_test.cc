#include "common/metrics/runner_metrics.h"

#include <gmock/gmock.h>

#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::HasSubstr;

TEST(RunnerMetricsTest, SaysWhatIsLeftAndWhatWasStopped) {
  prometheus::Registry registry;
  RunnerMetrics metrics(registry);
  EXPECT_THAT(MetricsText(registry), HasSubstr("fleet_runner_leftover_removals_total{result=\"ok\"} 0"));
  metrics.SetLeftovers(3);
  metrics.SetLeftovers(2);
  metrics.CountLeftoverRemoval(true);
  metrics.CountLeftoverRemoval(false);
  metrics.CountLeftoverRemoval(false);
  metrics.SetDiskFree(5000, 70);
  metrics.CountStoppedForDisk();
  metrics.SetDiskSize(9000, 400);
  const std::string text = MetricsText(registry);
  for (const char* line :
       {"fleet_runner_leftover_directories 2", "fleet_runner_leftover_removals_total{result=\"ok\"} 1",
        "fleet_runner_leftover_removals_total{result=\"error\"} 2", "fleet_runner_disk_free_bytes 5000",
        "fleet_runner_disk_free_files 70", "fleet_runner_tasks_stopped_for_disk_total 1",
        "fleet_runner_disk_size_bytes 9000", "fleet_runner_disk_reserve_bytes 400"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(RunnerMetricsTest, SaysWhatTasksDoAndTake) {
  prometheus::Registry registry;
  RunnerMetrics metrics(registry);
  metrics.AddSlots(4);
  metrics.TaskStarted();
  metrics.TaskStarted();
  metrics.TaskEnded();
  metrics.CountTask("timed_out");
  metrics.ObservePhase("clone", absl::Seconds(2));
  metrics.ProcessStarted();
  metrics.ProcessStarted();
  metrics.ProcessEnded();
  metrics.CountHeartbeat(false);
  EXPECT_THAT(MetricsText(registry), HasSubstr("fleet_runner_last_heartbeat_timestamp_seconds 0\n"));
  metrics.CountHeartbeat(true);
  const std::string text = MetricsText(registry);
  for (const char* line :
       {"fleet_runner_own_slots{state=\"used\"} 1", "fleet_runner_own_slots{state=\"free\"} 3",
        "fleet_runner_tasks_total{result=\"timed_out\"} 1", "fleet_runner_tasks_total{result=\"abandoned\"} 0",
        "fleet_runner_phase_duration_seconds_sum{phase=\"clone\"} 2",
        "fleet_runner_phase_duration_seconds_count{phase=\"push\"} 0", "fleet_runner_processes 1",
        "fleet_runner_heartbeats_total{result=\"ok\"} 1", "fleet_runner_heartbeats_total{result=\"error\"} 1",
        "fleet_runner_last_heartbeat_timestamp_seconds 1"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace fleet::metrics
