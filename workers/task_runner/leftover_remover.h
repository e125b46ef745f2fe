// Removes directories that could not be removed at once, with growing pauses, for as long as the runner lives.
#ifndef FLEET_WORKERS_TASK_RUNNER_LEFTOVER_REMOVER_H_
#define FLEET_WORKERS_TASK_RUNNER_LEFTOVER_REMOVER_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"
#include "common/metrics/runner_metrics.h"
#include "common/rpc/backoff.h"

namespace fleet::runner {

// Thread-safe.
class LeftoverRemover {
 public:
  // The arguments must outlive it.
  LeftoverRemover(const Clock& clock, metrics::RunnerMetrics& metrics) : clock_(clock), metrics_(metrics) {}

  // Takes over `path`, which was tried just now.
  void Add(const std::string& path);
  // Tries each that is due once; returns how many it removed. Not to be called by two threads at a time.
  int RunOnce();
  // How many there are still.
  std::size_t size() const;

 private:
  struct Pause {
    rpc::Backoff backoff{absl::Seconds(1), absl::Minutes(5)};
    absl::Duration due;
  };

  std::string NextDue(const std::string& after) const;

  const Clock& clock_;
  metrics::RunnerMetrics& metrics_;
  mutable Mutex mutex_;
  std::map<std::string, Pause> leftovers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_LEFTOVER_REMOVER_H_
