// The index that the steps left in their clone: what they staged, and how.
#ifndef FLEET_WORKERS_TASK_RUNNER_STEP_INDEX_H_
#define FLEET_WORKERS_TASK_RUNNER_STEP_INDEX_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "workers/task_runner/git_repository.h"
#include "workers/task_runner/tree_entry.h"
#include "workers/task_runner/work_tree.h"

namespace fleet::runner {

struct StagedEntry {
  TreeEntry entry;
  bool intent_to_add = false;  // git add -N: known by name only
  bool skip_worktree = false;  // sparse checkout: not meant to be in the working tree
  // The file when it was staged; all zero if there was none, as for what git apply --cached put there.
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;
  uint64_t inode = 0;
  int64_t size = 0;

  bool had_file() const { return changed_ns != 0 || modified_ns != 0 || inode != 0; }
  // Whether `now` has the times, size and identity that the file had when it was staged.
  bool IsOf(const FileStamp& now) const;
};

struct StepIndex {
  std::map<std::string, StagedEntry> entries;
  // With a merge conflict that was not resolved.
  std::vector<std::string> unmerged;
  // When the file was written: a file changed at that moment may carry the times it was staged with.
  int64_t written_ns = 0;
};

// Of `repository`, whose index is a copy of the step's. Returns a TaskFailure.
absl::StatusOr<StepIndex> ReadStepIndex(const GitRepository& repository);

// As an index that holds just `entries`, for files that were never staged.
StepIndex IndexOf(const TreeEntries& entries);

// What `git ls-files -s -z` and `git ls-tree -r -z` list.
absl::StatusOr<TreeEntries> ReadIndexEntries(const GitRepository& repository);
absl::StatusOr<TreeEntries> ReadTreeEntries(const GitRepository& repository, const std::string& tree);
// The entries of the tree `after` that are not so in `before`.
absl::StatusOr<TreeEntries> ReadChangedEntries(const GitRepository& repository, const std::string& before,
                                               const std::string& after);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_STEP_INDEX_H_
