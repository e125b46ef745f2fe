// Tells one task's work that it must end, and why. Thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_STOP_TOKEN_H_
#define FLEET_WORKERS_TASK_RUNNER_STOP_TOKEN_H_

#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {

// In rising order of weight: a heavier reason replaces a lighter one.
enum class StopReason {
  kNone,
  kCancelled,  // its fleet was cancelled: end and report CANCELLED
  kTimedOut,   // it ran too long: end and report TIMED_OUT
  kReleased,   // this runner leaves: end and report nothing, the task goes back to the queue
  kLeaseLost,  // the lease is not ours any more: end at once, push and report nothing
};

class StopToken {
 public:
  StopToken();
  StopToken(const StopToken&) = delete;
  StopToken& operator=(const StopToken&) = delete;

  void Stop(StopReason reason);
  StopReason reason() const;
  bool stopped() const { return reason() != StopReason::kNone; }
  // Whether even a report would be pointless: released or lost.
  bool abandoned() const { return reason() >= StopReason::kReleased; }

  // Becomes readable once stopped; only to be polled.
  int fd() const { return event_.get(); }
  // Waits up to `timeout`; returns whether it is abandoned.
  bool WaitUntilAbandoned(absl::Duration timeout) const;

 private:
  FileDescriptor event_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  StopReason reason_ ABSL_GUARDED_BY(mutex_) = StopReason::kNone;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_STOP_TOKEN_H_
