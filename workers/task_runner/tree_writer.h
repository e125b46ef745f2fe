// The steps' change as a git tree. docs/workflow-format.md says what the change is.
#ifndef FLEET_WORKERS_TASK_RUNNER_TREE_WRITER_H_
#define FLEET_WORKERS_TASK_RUNNER_TREE_WRITER_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "workers/task_runner/carried_filters.h"
#include "workers/task_runner/change_planner.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_repository.h"

namespace fleet::runner {

struct WrittenTree {
  // The base's own if nothing changed.
  std::string id;
  // LFS objects to upload before anybody learns of the tree.
  LfsObjects lfs_objects;
};

class TreeWriter {
 public:
  // `git_dir` is a bare repository of our own that has the clone's objects and those of the steps, `scratch` a
  // directory that no step could foresee. `git`, `clone` and `bounds` must outlive it.
  TreeWriter(const GitCommand& git, const std::string& git_dir, const std::string& scratch, const GitClone& clone,
             const WorkBounds& bounds);

  // Call it once, when no process of the steps is alive. Returns a TaskFailure: kChangeNotCarried, naming the path, for
  // what cannot be in a commit as the steps left it; kTreeBroken for a tree or index that cannot be read.
  absl::StatusOr<WrittenTree> Write();

 private:
  using Filters = std::map<std::string, std::string>;

  absl::Status Apply(const TreeEdits& edits) const;
  absl::StatusOr<std::vector<std::string>> NewFiles(const TreeEdits& edits) const;
  absl::StatusOr<std::vector<std::string>> ListUntracked(const GitRepository& repository) const;
  absl::Status Store(const std::vector<std::string>& paths, const std::set<std::string>& configured) const;
  absl::StatusOr<Filters> FiltersOf(const std::vector<std::string>& paths) const;
  void LookForFilters(const std::vector<std::string>& paths);
  absl::StatusOr<WrittenTree> Finish(const std::vector<std::string>& fresh, const std::set<std::string>& configured);

  const GitClone& clone_;
  // With the index that becomes the commit.
  const GitRepository repository_;
  bool may_filter_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TREE_WRITER_H_
