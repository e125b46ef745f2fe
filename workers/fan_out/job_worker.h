// Does the jobs of one loop, a step of each kind in turn.
#ifndef FLEET_WORKERS_FAN_OUT_JOB_WORKER_H_
#define FLEET_WORKERS_FAN_OUT_JOB_WORKER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/store/job_store.h"
#include "workers/fan_out/job_reporter.h"

namespace fleet::worker {

class JobWorker {
 public:
  // `types`: of AllJobTypes, in the order in which they take turns.
  JobWorker(store::JobStore& jobs, std::vector<store::JobType> types, JobReporter& reporter, const Clock& clock);

  // One step of each kind that has a job due; false if there was nothing to do. An error concerns one step: the others
  // have had their turn, and the next pass may succeed.
  absl::StatusOr<bool> RunOnce();

 private:
  // Looking for jobs to make reads every open fleet: not at every pass.
  absl::Status Schedule();
  absl::StatusOr<bool> AnyDue();

  store::JobStore& jobs_;
  const std::vector<store::JobType> types_;
  JobReporter& reporter_;
  const Clock& clock_;
  std::vector<store::JobKind> kinds_;
  absl::Duration next_schedule_ = absl::ZeroDuration();
};

// The types of one loop.
std::vector<store::JobType> JobTypesOf(store::JobLoop loop);

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_JOB_WORKER_H_
