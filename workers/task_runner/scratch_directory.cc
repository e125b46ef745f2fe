#include "workers/task_runner/scratch_directory.h"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/logging/structured_log.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/tree_removal.h"

namespace fleet::runner {
absl::StatusOr<ScratchDirectory> ScratchDirectory::Make(const std::string& parent, const std::string& prefix,
                                                        LeftoverRemover* leftovers) {
  std::string path = absl::StrCat(parent, "/", prefix, "XXXXXX");
  if (mkdtemp(path.data()) == nullptr) return SystemError(errno, absl::StrCat("cannot make a directory in ", parent));
  return ScratchDirectory(std::move(path), leftovers);
}

ScratchDirectory::ScratchDirectory(std::string path, LeftoverRemover* leftovers)
    : path_(std::move(path)), leftovers_(leftovers) {}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, "")), leftovers_(other.leftovers_) {}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  const absl::Status status = RemoveTree(path_);
  if (status.ok()) return;
  LogWarning("directory_not_removed", {{"error", status}});
  if (leftovers_ != nullptr) leftovers_->Add(path_);
}

}  // namespace fleet::runner
