// Keeps one task from filling the disk of all: stops the one that uses most before nothing is left.
#ifndef FLEET_WORKERS_TASK_RUNNER_DISK_GUARD_H_
#define FLEET_WORKERS_TASK_RUNNER_DISK_GUARD_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/metrics/runner_metrics.h"
#include "workers/task_runner/task_directories.h"

namespace fleet::runner {

struct DiskSpace {
  int64_t free_bytes = 0;
  int64_t total_bytes = 0;
  int64_t free_files = 0;
  int64_t total_files = 0;  // 0: the file system does not count them
};

// As a user without privileges may use it. Errors as SystemError gives them.
absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path);

// What is kept free. 0 keeps nothing, kDefault what suits the disk.
struct DiskReserve {
  static constexpr int64_t kDefault = -1;
  int64_t bytes = kDefault;  // 1 GiB, at most a twentieth
  int64_t files = kDefault;  // 50,000, at most a twentieth
};

class DiskGuard {
 public:
  using SpaceReader = std::function<absl::StatusOr<DiskSpace>(const std::string&)>;

  // Watches the disk of `directory`. `tasks` and `metrics` must outlive it.
  DiskGuard(std::string directory, DiskReserve reserve, TaskDirectories& tasks, metrics::RunnerMetrics& metrics,
            SpaceReader read = ReadDiskSpace);

  // Looks once. Below the reserve it closes `tasks` and stops the task that uses most of what is short, unless that is
  // less than a tenth of the reserve (then somebody else has filled the disk), or one stopped before has yet to go.
  void RunOnce();

 private:
  void StopLargest(const DiskSpace& space, const DiskReserve& reserve);

  const std::string directory_;
  const DiskReserve reserve_;
  TaskDirectories& tasks_;
  metrics::RunnerMetrics& metrics_;
  const SpaceReader read_;
  bool short_ = false;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_DISK_GUARD_H_
