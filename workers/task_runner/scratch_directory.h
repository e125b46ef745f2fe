// A private directory that is removed with its owner, whatever was done to it meanwhile.
#ifndef FLEET_WORKERS_TASK_RUNNER_SCRATCH_DIRECTORY_H_
#define FLEET_WORKERS_TASK_RUNNER_SCRATCH_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"

namespace fleet::runner {

class ScratchDirectory {
 public:
  // Makes "<parent>/<prefix>XXXXXX" for its owner alone. Errors as SystemError gives them.
  static absl::StatusOr<ScratchDirectory> Make(const std::string& parent, const std::string& prefix);
  // Removes it; what cannot be removed is logged and left to the sweep of the next start.
  ~ScratchDirectory();
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path);

  std::string path_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_SCRATCH_DIRECTORY_H_
