// Ends the children of cancelled fleets: queued ones at once, active ones whose runner did not confirm after the grace
// time.
#ifndef FLEET_WORKERS_FAN_OUT_CANCEL_SWEEPER_H_
#define FLEET_WORKERS_FAN_OUT_CANCEL_SWEEPER_H_

#include "absl/status/statusor.h"
#include "common/database/notification_sender.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/job_store.h"

namespace fleet::worker {

class CancelSweeper {
 public:
  CancelSweeper(store::JobStore& jobs, database::NotificationSender& hints, metrics::WorkerMetrics& metrics)
      : jobs_(jobs), hints_(hints), metrics_(metrics) {}

  // One step of some fleet, of either kind; false if there was nothing to do.
  absl::StatusOr<bool> RunOnce();

 private:
  absl::StatusOr<bool> Account(const char* job, const absl::StatusOr<std::optional<store::JobStep>>& step);

  store::JobStore& jobs_;
  database::NotificationSender& hints_;
  metrics::WorkerMetrics& metrics_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_CANCEL_SWEEPER_H_
