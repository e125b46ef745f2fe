// Enqueues the children of accepted fleets, a chunk a step.
#ifndef FLEET_WORKERS_FAN_OUT_FLEET_EXPANDER_H_
#define FLEET_WORKERS_FAN_OUT_FLEET_EXPANDER_H_

#include "absl/status/statusor.h"
#include "common/database/notification_sender.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/job_store.h"

namespace fleet::worker {

class FleetExpander {
 public:
  FleetExpander(store::JobStore& jobs, database::NotificationSender& hints, metrics::WorkerMetrics& metrics)
      : jobs_(jobs), hints_(hints), metrics_(metrics) {}

  // One step of some fleet; false if there was nothing to do. An error concerns one step: others may succeed.
  absl::StatusOr<bool> RunOnce();

 private:
  store::JobStore& jobs_;
  database::NotificationSender& hints_;
  metrics::WorkerMetrics& metrics_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_FLEET_EXPANDER_H_
