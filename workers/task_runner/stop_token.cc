#include "workers/task_runner/stop_token.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

#include "common/clock/clock.h"

namespace fleet::runner {

StopToken::StopToken() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_.is_open()) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void StopToken::Stop(StopReason reason) {
  {
    MutexLock lock(mutex_);
    if (reason <= reason_) return;
    reason_ = reason;
    changed_.SignalAll();
  }
  // Fails only when the counter is full, and then it is readable already.
  [[maybe_unused]] const int written = eventfd_write(event_.get(), 1);
}

void StopToken::StopForDisk(const std::string& message) {
  {
    MutexLock lock(mutex_);
    disk_message_ = message;
  }
  Stop(StopReason::kDiskFull);
}

bool StopToken::at_once() const {
  MutexLock lock(mutex_);
  return reason_ == StopReason::kLeaseLost || !disk_message_.empty();
}

std::string StopToken::disk_message() const {
  MutexLock lock(mutex_);
  return disk_message_;
}

StopReason StopToken::reason() const {
  MutexLock lock(mutex_);
  return reason_;
}

bool StopToken::WaitUntilAbandoned(absl::Duration timeout) const {
  const absl::Duration end = Clock::System().Elapsed() + timeout;
  MutexLock lock(mutex_);
  while (reason_ < StopReason::kReleased) {
    const absl::Duration left = end - Clock::System().Elapsed();
    if (left <= absl::ZeroDuration()) return false;
    changed_.WaitFor(mutex_, left);
  }
  return true;
}

}  // namespace fleet::runner
