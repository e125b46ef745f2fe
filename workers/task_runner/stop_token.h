// Tells one task's work that it must end, and why. Thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_STOP_TOKEN_H_
#define FLEET_WORKERS_TASK_RUNNER_STOP_TOKEN_H_

#include <string>

#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {

// In rising order of weight: a heavier reason replaces a lighter one.
enum class StopReason {
  kNone,
  kDiskFull,   // it used most of a disk that is nearly full: end and report FAILED
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
  // Stops it for kDiskFull. Whatever the reason is or becomes, it must not have a moment longer to write.
  void StopForDisk(const std::string& message);
  StopReason reason() const;
  bool stopped() const { return reason() != StopReason::kNone; }
  // Whether even a report would be pointless: released or lost.
  bool abandoned() const { return reason() >= StopReason::kReleased; }

  // Whether it must end without the time that programs have after SIGTERM.
  bool at_once() const;
  // What StopForDisk said.
  std::string disk_message() const;

  // Becomes readable once stopped; only to be polled.
  int fd() const { return event_.get(); }
  // Waits up to `timeout`; returns whether it is abandoned.
  bool WaitUntilAbandoned(absl::Duration timeout) const;

 private:
  FileDescriptor event_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  StopReason reason_ ABSL_GUARDED_BY(mutex_) = StopReason::kNone;
  std::string disk_message_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_STOP_TOKEN_H_
