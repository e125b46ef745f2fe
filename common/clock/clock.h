// Time as an injected dependency. Only SystemClock reads the machine's clocks.
#ifndef FLEET_COMMON_CLOCK_CLOCK_H_
#define FLEET_COMMON_CLOCK_CLOCK_H_

#include "absl/time/time.h"

namespace fleet {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time, for people: logs. Decisions about leases use the database's clock instead.
  virtual absl::Time TimeNow() const = 0;
  // Time since an arbitrary start; never steps back. For timeouts and measurements.
  virtual absl::Duration Elapsed() const = 0;

  static const Clock& System();
};

}  // namespace fleet

#endif  // FLEET_COMMON_CLOCK_CLOCK_H_
