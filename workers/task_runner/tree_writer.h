// The steps' change as a git tree: the base with everything that differs from it, what the steps committed themselves
// included; ignored files and submodules are left as they are.
#ifndef FLEET_WORKERS_TASK_RUNNER_TREE_WRITER_H_
#define FLEET_WORKERS_TASK_RUNNER_TREE_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

class TreeWriter {
 public:
  // `git_dir` is a bare repository of our own that has the clone's objects. The arguments must outlive it.
  TreeWriter(const GitCommand& git, std::string git_dir, const GitClone& clone, const WorkBounds& bounds);

  // The tree's id: the base's own if nothing changed. Returns a TaskFailure.
  absl::StatusOr<std::string> Write() const;

 private:
  absl::StatusOr<std::string> Git(std::vector<std::string> arguments) const;
  absl::Status RemoveNestedRepositories() const;

  const GitCommand& git_;
  const std::string git_dir_;
  const GitClone& clone_;
  const WorkBounds& bounds_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TREE_WRITER_H_
