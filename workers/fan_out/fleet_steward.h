// What time and operators ask of fleets that run: returns the children that RetryFleet chose, closes fleets at their
// deadline, fails children that waited too long.
#ifndef FLEET_WORKERS_FAN_OUT_FLEET_STEWARD_H_
#define FLEET_WORKERS_FAN_OUT_FLEET_STEWARD_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/store/job_store.h"
#include "workers/fan_out/job_reporter.h"

namespace fleet::worker {

class FleetSteward {
 public:
  FleetSteward(store::JobStore& jobs, JobReporter& reporter, const Clock& clock)
      : jobs_(jobs), reporter_(reporter), clock_(clock) {}

  // One step of each kind; false if there was nothing to do.
  absl::StatusOr<bool> RunOnce();

 private:
  // Children may start, sweeps may have begun.
  absl::StatusOr<bool> Account(const char* job, const absl::StatusOr<std::optional<store::JobStep>>& step);
  // Looking for old children reads every open fleet: not at every pass.
  absl::Status LookForAged();

  store::JobStore& jobs_;
  JobReporter& reporter_;
  const Clock& clock_;
  absl::Duration next_look_ = absl::ZeroDuration();
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_FLEET_STEWARD_H_
