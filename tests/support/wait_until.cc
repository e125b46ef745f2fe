#include "tests/support/wait_until.h"

#include <algorithm>

#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"

namespace fleet::testing {

bool WaitUntil(const std::function<bool()>& condition, absl::Duration limit) {
  const Clock& clock = Clock::System();
  const absl::Duration deadline = clock.Elapsed() + limit;
  absl::Duration pause = absl::Milliseconds(1);
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  while (!condition()) {
    if (clock.Elapsed() >= deadline) return false;
    never.WaitFor(mutex, pause);
    pause = std::min(pause * 2, absl::Milliseconds(20));
  }
  return true;
}

}  // namespace fleet::testing
