// How long this runner may believe in its leases without hearing from a service. Thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_LEASE_FENCE_H_
#define FLEET_WORKERS_TASK_RUNNER_LEASE_FENCE_H_

#include <algorithm>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"

namespace fleet::runner {

class LeaseFence {
 public:
  // `clock` must go on while the process is stopped.
  explicit LeaseFence(const Clock& clock) : clock_(clock) {}

  absl::Duration Now() const { return clock_.Elapsed(); }

  void SetLeaseDuration(absl::Duration lease_duration) {
    MutexLock lock(mutex_);
    lease_duration_ = lease_duration;
  }
  // A call that began at `sent` (as Now gave it) was answered: the service counts from no earlier.
  void Answered(absl::Duration sent) {
    MutexLock lock(mutex_);
    last_answered_ = std::max(last_answered_, sent);
  }
  // Whether the service may have given this runner up.
  bool Expired() const {
    MutexLock lock(mutex_);
    return clock_.Elapsed() - last_answered_ >= lease_duration_;
  }

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  absl::Duration lease_duration_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  absl::Duration last_answered_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_LEASE_FENCE_H_
