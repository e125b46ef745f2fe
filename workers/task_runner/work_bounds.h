// How long one task may go on: until its timeout, or until it is told to stop.
#ifndef FLEET_WORKERS_TASK_RUNNER_WORK_BOUNDS_H_
#define FLEET_WORKERS_TASK_RUNNER_WORK_BOUNDS_H_

#include <algorithm>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "workers/task_runner/stop_token.h"

namespace fleet::runner {

class WorkBounds {
 public:
  // `clock` and `stop` must outlive it.
  WorkBounds(const Clock& clock, absl::Duration timeout, const StopToken& stop)
      : clock_(clock), timeout_(timeout), end_(clock.Elapsed() + timeout), stop_(stop) {}

  absl::Duration timeout() const { return timeout_; }
  // Never negative.
  absl::Duration Remaining() const { return std::max(end_ - clock_.Elapsed(), absl::ZeroDuration()); }
  const StopToken& stop() const { return stop_; }

 private:
  const Clock& clock_;
  const absl::Duration timeout_;
  const absl::Duration end_;
  const StopToken& stop_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_WORK_BOUNDS_H_
