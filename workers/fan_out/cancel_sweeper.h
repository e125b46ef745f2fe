// Ends the children of cancelled fleets: queued ones at once, active ones whose runner did not confirm after the grace
// time.
#ifndef FLEET_WORKERS_FAN_OUT_CANCEL_SWEEPER_H_
#define FLEET_WORKERS_FAN_OUT_CANCEL_SWEEPER_H_

#include "absl/status/statusor.h"
#include "common/store/job_store.h"
#include "workers/fan_out/job_reporter.h"

namespace fleet::worker {

class CancelSweeper {
 public:
  CancelSweeper(store::JobStore& jobs, JobReporter& reporter) : jobs_(jobs), reporter_(reporter) {}

  // One step of some fleet, of either kind; false if there was nothing to do.
  absl::StatusOr<bool> RunOnce();

 private:
  store::JobStore& jobs_;
  JobReporter& reporter_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_CANCEL_SWEEPER_H_
