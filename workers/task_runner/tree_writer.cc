#include "workers/task_runner/tree_writer.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {

TreeWriter::TreeWriter(const GitCommand& git, std::string git_dir, const GitClone& clone, const WorkBounds& bounds)
    : git_(git), git_dir_(std::move(git_dir)), clone_(clone), bounds_(bounds) {}

absl::StatusOr<std::string> TreeWriter::Git(std::vector<std::string> arguments) const {
  return git_.Run({domain::FailureStage::kCommit,
                   std::move(arguments),
                   clone_.tree,
                   {{"GIT_DIR", git_dir_}, {"GIT_WORK_TREE", clone_.tree}, {"GIT_INDEX_FILE", clone_.index}}},
                  bounds_);
}

// git runs "git status" inside any repository it finds in the working tree, with that repository's settings, and those
// can name programs (core.fsmonitor). No setting of ours prevents it, so no such repository may be there. Submodules
// then count as not checked out, which leaves them unchanged.
absl::Status TreeWriter::RemoveNestedRepositories() const {
  namespace fs = std::filesystem;
  std::error_code error;
  // Through a link in its place this would delete what is not the task's.
  if (!fs::is_directory(fs::symlink_status(clone_.tree, error))) {
    return TaskFailure(domain::FailureReason::kTreeBroken, "the steps removed the working tree");
  }
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator entry(clone_.tree, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename() != ".git") continue;
    found.push_back(entry->path());
    entry.disable_recursion_pending();
  }
  for (const fs::path& path : found) {
    if (!error) fs::remove_all(path, error);
  }
  if (!error) return absl::OkStatus();
  return TaskFailure(domain::FailureReason::kTreeBroken,
                     absl::StrCat("the steps left a working tree that cannot be read: ", error.message()));
}

absl::StatusOr<std::string> TreeWriter::Write() const {
  FLEET_RETURN_IF_ERROR(RemoveNestedRepositories());
  FLEET_RETURN_IF_ERROR(Git({"add", "-A"}).status());
  return Git({"write-tree"});
}

}  // namespace fleet::runner
