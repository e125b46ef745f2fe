// SIGTERM and SIGINT as something to wait for.
#ifndef FLEET_COMMON_LIFECYCLE_SHUTDOWN_SIGNAL_H_
#define FLEET_COMMON_LIFECYCLE_SHUTDOWN_SIGNAL_H_

#include <csignal>

#include "absl/time/time.h"

namespace fleet {

class ShutdownSignal {
 public:
  // Blocks both signals for this thread and those it starts: construct it in main before any other thread. Also
  // ignores SIGPIPE.
  ShutdownSignal();
  // Returns the signal's number once one came.
  int Wait();
  // The same, or 0 after `timeout`.
  int WaitFor(absl::Duration timeout);
  // In a forked child, before exec: undoes the blocking, which exec would pass on. Async-signal-safe.
  static void ResetInChild();

 private:
  sigset_t signals_;
};

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_SHUTDOWN_SIGNAL_H_
