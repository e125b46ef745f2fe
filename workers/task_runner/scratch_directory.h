// A private directory that is removed with its owner, whatever was done to it meanwhile.
#ifndef FLEET_WORKERS_TASK_RUNNER_SCRATCH_DIRECTORY_H_
#define FLEET_WORKERS_TASK_RUNNER_SCRATCH_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "workers/task_runner/leftover_remover.h"

namespace fleet::runner {

class ScratchDirectory {
 public:
  // Makes "<parent>/<prefix>XXXXXX" for its owner alone. Errors as SystemError gives them. `leftovers`, if there is
  // one, must outlive it.
  static absl::StatusOr<ScratchDirectory> Make(const std::string& parent, const std::string& prefix,
                                               LeftoverRemover* leftovers = nullptr);
  // Removes it. What cannot be removed is logged and given to `leftovers`, or else left to the sweep of the next start.
  ~ScratchDirectory();
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;

  const std::string& path() const { return path_; }

 private:
  ScratchDirectory(std::string path, LeftoverRemover* leftovers);

  std::string path_;
  LeftoverRemover* leftovers_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_SCRATCH_DIRECTORY_H_
