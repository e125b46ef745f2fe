// Time that goes on while the machine is suspended or this process is stopped: what a lease's age is measured by.
#ifndef FLEET_WORKERS_TASK_RUNNER_BOOT_CLOCK_H_
#define FLEET_WORKERS_TASK_RUNNER_BOOT_CLOCK_H_

#include <time.h>

#include "absl/time/clock.h"
#include "common/clock/clock.h"

namespace fleet::runner {

class BootClock final : public Clock {
 public:
  absl::Time TimeNow() const override { return absl::Now(); }
  absl::Duration Elapsed() const override {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return absl::DurationFromTimespec(now);
  }
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_BOOT_CLOCK_H_
