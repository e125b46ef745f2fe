// Enqueues the children of accepted fleets, a chunk a step.
#ifndef FLEET_WORKERS_FAN_OUT_FLEET_EXPANDER_H_
#define FLEET_WORKERS_FAN_OUT_FLEET_EXPANDER_H_

#include "absl/status/statusor.h"
#include "common/store/job_store.h"
#include "workers/fan_out/job_reporter.h"

namespace fleet::worker {

class FleetExpander {
 public:
  FleetExpander(store::JobStore& jobs, JobReporter& reporter) : jobs_(jobs), reporter_(reporter) {}

  // One step of some fleet; false if there was nothing to do. An error concerns one step: others may succeed.
  absl::StatusOr<bool> RunOnce();

 private:
  store::JobStore& jobs_;
  JobReporter& reporter_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_FLEET_EXPANDER_H_
