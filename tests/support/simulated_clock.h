// A clock that moves only when told to. Thread-safe.
#ifndef FLEET_TESTS_SUPPORT_SIMULATED_CLOCK_H_
#define FLEET_TESTS_SUPPORT_SIMULATED_CLOCK_H_

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"

namespace fleet::testing {

class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : start_(start) {}

  absl::Time TimeNow() const override { return start_ + Elapsed(); }
  absl::Duration Elapsed() const override {
    MutexLock lock(mutex_);
    return elapsed_;
  }
  void Advance(absl::Duration by) {
    MutexLock lock(mutex_);
    elapsed_ += by;
  }

 private:
  const absl::Time start_;
  mutable Mutex mutex_;
  absl::Duration elapsed_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_SIMULATED_CLOCK_H_
