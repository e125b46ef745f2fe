// Keeps what callers make a fleet-service hold from staying: streams whose caller does not read are ended, and what is
// free goes back to the system.
#ifndef FLEET_SERVICES_FLEET_MEMORY_RECLAIMER_H_
#define FLEET_SERVICES_FLEET_MEMORY_RECLAIMER_H_

#include <functional>

#include "absl/time/time.h"
#include "common/lifecycle/periodic_loop.h"

namespace fleet::service {

// Gives what is free in the heap back to the system: glibc alone keeps nearly all that a burst took. Whether there was
// any.
bool ReturnFreeMemory();

// Two loops, from its construction to its end.
class MemoryReclaimer {
 public:
  struct Options {
    absl::Duration stalled_interval = absl::Seconds(5);
    absl::Duration free_interval = absl::Seconds(15);
  };
  // `end_stalled`: OpenStreams::RunOnce. Each is called on a thread of its own.
  MemoryReclaimer(std::function<int()> end_stalled, std::function<bool()> return_free, const Options& options);

 private:
  PeriodicLoop stalled_loop_;
  PeriodicLoop free_loop_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_MEMORY_RECLAIMER_H_
