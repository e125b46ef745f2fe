// Time that passes when a test says so.
#ifndef FLEET_TESTS_UNIT_CLI_FLEETCTL_FAKE_CLOCK_H_
#define FLEET_TESTS_UNIT_CLI_FLEETCTL_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "common/clock/clock.h"

namespace fleet::cli {

class FakeClock : public Clock {
 public:
  absl::Time TimeNow() const override { return absl::FromUnixSeconds(1'750'000'000) + elapsed_; }
  absl::Duration Elapsed() const override { return elapsed_; }
  void Advance(absl::Duration duration) { elapsed_ += duration; }

 private:
  absl::Duration elapsed_;
};

}  // namespace fleet::cli

#endif  // FLEET_TESTS_UNIT_CLI_FLEETCTL_FAKE_CLOCK_H_
