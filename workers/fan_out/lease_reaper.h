// Finds runners that fell silent, and gives their children back to the queue.
#ifndef FLEET_WORKERS_FAN_OUT_LEASE_REAPER_H_
#define FLEET_WORKERS_FAN_OUT_LEASE_REAPER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/database/notification_sender.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/limit_store.h"
#include "common/store/runner_store.h"

namespace fleet::worker {

class LeaseReaper {
 public:
  LeaseReaper(store::RunnerStore& runners, store::LimitStore& limits, database::NotificationSender& hints,
              metrics::WorkerMetrics& metrics, const Clock& clock)
      : runners_(runners), limits_(limits), hints_(hints), metrics_(metrics), clock_(clock) {}

  // One pass: marks silent runners lost, then clears one step of a lost one. True if there may be more to clear. After
  // a gap in its own passes, or in the services' presence, silence means nothing: it waits one lease time first.
  absl::StatusOr<bool> RunOnce();

 private:
  absl::StatusOr<bool> MayJudge(const domain::Limits& limits);

  store::RunnerStore& runners_;
  store::LimitStore& limits_;
  database::NotificationSender& hints_;
  metrics::WorkerMetrics& metrics_;
  const Clock& clock_;
  // A worker that just started has not seen whether the database was away: it waits like after a gap.
  absl::Duration last_pass_ = -absl::InfiniteDuration();
  absl::Duration judge_after_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_LEASE_REAPER_H_
