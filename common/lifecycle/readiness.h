// Whether a process should be given work: what its check says, until it stops.
#ifndef FLEET_COMMON_LIFECYCLE_READINESS_H_
#define FLEET_COMMON_LIFECYCLE_READINESS_H_

#include <atomic>
#include <functional>
#include <utility>

#include "absl/status/status.h"

namespace fleet {

// Thread-safe.
class Readiness {
 public:
  // `check` is asked from any thread and must not wait; it says in words for people what is missing.
  explicit Readiness(std::function<absl::Status()> check) : check_(std::move(check)) {}

  // Not ready from now on.
  void SayStopping() { stopping_ = true; }
  absl::Status Check() const { return stopping_ ? absl::UnavailableError("stopping") : check_(); }

 private:
  const std::function<absl::Status()> check_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_READINESS_H_
