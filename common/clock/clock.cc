#include "common/clock/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace fleet {
namespace {

class SystemClock final : public Clock {
 public:
  absl::Time TimeNow() const override { return absl::Now(); }
  absl::Duration Elapsed() const override {
    return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

}  // namespace fleet
