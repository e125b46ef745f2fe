// Finds runners that fell silent, and gives their children back to the queue.
#ifndef FLEET_WORKERS_FAN_OUT_LEASE_REAPER_H_
#define FLEET_WORKERS_FAN_OUT_LEASE_REAPER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/database/notification_sender.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/runner_store.h"

namespace fleet::worker {

class LeaseReaper {
 public:
  // `lease_duration`: as the services tell runners.
  LeaseReaper(store::RunnerStore& runners, database::NotificationSender& hints, metrics::WorkerMetrics& metrics,
              const Clock& clock, absl::Duration lease_duration);

  // One pass: marks silent runners lost, then clears one step of a lost one. True if there may be more to clear. After
  // a gap in its own passes, or in the services' presence, silence means nothing: it waits one lease time first.
  absl::StatusOr<bool> RunOnce();

 private:
  absl::StatusOr<bool> MayJudge();

  store::RunnerStore& runners_;
  database::NotificationSender& hints_;
  metrics::WorkerMetrics& metrics_;
  const Clock& clock_;
  const absl::Duration lease_duration_;
  absl::Duration last_pass_;
  absl::Duration judge_after_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_LEASE_REAPER_H_
