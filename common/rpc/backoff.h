// Growing pauses between attempts, with jitter, so that many callers do not come back in step.
#ifndef FLEET_COMMON_RPC_BACKOFF_H_
#define FLEET_COMMON_RPC_BACKOFF_H_

#include <algorithm>
#include <random>

#include "absl/time/time.h"

namespace fleet::rpc {

// The pauses of one caller. Not thread-safe.
class Backoff {
 public:
  // `first` is positive and at most `longest`.
  Backoff(absl::Duration first, absl::Duration longest) : first_(first), longest_(longest), nominal_(first) {}

  // Half to all of a pause that doubles up to the longest.
  absl::Duration Next() {
    const absl::Duration pause = nominal_ * std::uniform_real_distribution<double>(0.5, 1.0)(random_);
    nominal_ = std::min(nominal_ * 2, longest_);
    return pause;
  }
  // Begins again with the first.
  void Reset() { nominal_ = first_; }

 private:
  absl::Duration first_;
  absl::Duration longest_;
  absl::Duration nominal_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_BACKOFF_H_
