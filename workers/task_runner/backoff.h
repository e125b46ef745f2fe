// Growing pauses between attempts, with jitter, so that many runners do not come back in step. Not thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_BACKOFF_H_
#define FLEET_WORKERS_TASK_RUNNER_BACKOFF_H_

#include <algorithm>
#include <random>

#include "absl/time/time.h"

namespace fleet::runner {

class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration most) : first_(first), most_(most), next_(first) {}

  // Half to all of a pause that doubles up to the most.
  absl::Duration Next() {
    const absl::Duration pause = next_ * std::uniform_real_distribution<double>(0.5, 1.0)(random_);
    next_ = std::min(next_ * 2, most_);
    return pause;
  }
  void Reset() { next_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration most_;
  absl::Duration next_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_BACKOFF_H_
