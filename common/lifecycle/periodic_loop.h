// Runs a task again and again on a thread of its own: at once when woken or when it asks for more, else after an
// interval with jitter, so that many processes do not move in step.
#ifndef FLEET_COMMON_LIFECYCLE_PERIODIC_LOOP_H_
#define FLEET_COMMON_LIFECYCLE_PERIODIC_LOOP_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"

namespace fleet {

class PeriodicLoop {
 public:
  enum class Next { kWait, kAgain };

  // `run_once` does one bounded step and says whether there is more to do. It must not throw. Jitter is a fifth of
  // the interval either way.
  PeriodicLoop(absl::Duration interval, std::function<Next()> run_once);
  // Stops; waits for a step that is under way.
  ~PeriodicLoop();
  PeriodicLoop(const PeriodicLoop&) = delete;
  PeriodicLoop& operator=(const PeriodicLoop&) = delete;

  // Runs the next step without waiting for the interval. Thread-safe, cheap, coalesced.
  void Wake();
  // Returns once no step is under way and none will be. Idempotent.
  void Stop();

 private:
  void Run();
  absl::Duration NextDelay();

  const absl::Duration interval_;
  const std::function<Next()> run_once_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_PERIODIC_LOOP_H_
