// Looks into the submodules of a working tree without running git inside of them: their settings are a step's.
#ifndef FLEET_WORKERS_TASK_RUNNER_SUBMODULE_INSPECTOR_H_
#define FLEET_WORKERS_TASK_RUNNER_SUBMODULE_INSPECTOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "workers/task_runner/git_repository.h"
#include "workers/task_runner/scratch_directory.h"

namespace fleet::runner {

class SubmoduleInspector {
 public:
  // `repository` has the working tree; it must outlive this object.
  explicit SubmoduleInspector(const GitRepository& repository);

  // The commit that the submodule in the directory `path` stands at; empty if it is not checked out. Returns a
  // TaskFailure, kChangeNotCarried, that names what is in there and in no commit of it: Fleet carries a submodule's
  // pointer, not its inside.
  absl::StatusOr<std::string> Head(const std::string& path) const;
  // OK if `commit` of the submodule at `path` came from its remote, or if the submodule is not checked out, so that
  // nothing is known of it; kChangeNotCarried if only the step's clone has it.
  absl::Status CheckPublished(const std::string& path, const std::string& commit) const;
  // Whether .gitmodules of the working tree names `path`.
  absl::StatusOr<bool> IsDeclared(const std::string& path) const;

 private:
  // A repository of our own for a look inside; gone when that is done.
  struct Inside {
    ScratchDirectory directory;
    GitRepository repository;
  };

  absl::StatusOr<std::string> HeadAt(const std::string& path, int depth) const;
  absl::StatusOr<Inside> Open(const std::string& path, const std::string& git_dir, const std::string& head) const;
  absl::Status CheckClean(const std::string& path, const GitRepository& inside, const std::string& head) const;
  absl::Status CheckInner(const std::string& path, const GitRepository& inside, int depth) const;
  absl::Status CheckEmpty(const std::string& path) const;

  const GitRepository& repository_;
  // The working tree's path without links in it.
  std::string root_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_SUBMODULE_INSPECTOR_H_
