// Where one runner process keeps its clones: a locked directory of its own inside a root that runners share.
#ifndef FLEET_WORKERS_TASK_RUNNER_WORK_DIRECTORY_H_
#define FLEET_WORKERS_TASK_RUNNER_WORK_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "workers/task_runner/file_descriptor.h"
#include "workers/task_runner/leftover_remover.h"
#include "workers/task_runner/scratch_directory.h"

namespace fleet::runner {

class WorkDirectory {
 public:
  // Makes `root` if it is missing. Removes what runners left there that are dead: their locks are free. Processes that
  // still run in such a directory are killed first. Returns kFailedPrecondition if `root` belongs to somebody else, can
  // be entered by others, or is a link: in a shared /tmp its name can be taken by anyone.
  // What cannot be removed is given to `leftovers`, if there is one, which must outlive it.
  static absl::StatusOr<WorkDirectory> Open(const std::string& root, LeftoverRemover* leftovers = nullptr);

  // Removed, with the lock, when this object goes.
  const std::string& path() const { return directory_.path(); }

 private:
  WorkDirectory(ScratchDirectory directory, FileDescriptor lock);

  FileDescriptor lock_;
  ScratchDirectory directory_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_WORK_DIRECTORY_H_
