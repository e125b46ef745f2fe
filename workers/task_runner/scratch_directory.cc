#include "workers/task_runner/scratch_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/logging/structured_log.h"
#include "workers/task_runner/system_error.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

// Lets the owner into every directory below `path`; build tools like to take that right away.
void OpenDirectories(const fs::path& path) {
  std::vector<fs::path> pending = {path};
  while (!pending.empty()) {
    const fs::path directory = std::move(pending.back());
    pending.pop_back();
    std::error_code error;
    fs::permissions(directory, fs::perms::owner_all, fs::perm_options::add | fs::perm_options::nofollow, error);
    if (error) fs::permissions(directory, fs::perms::owner_all, fs::perm_options::add, error);
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      if (fs::is_directory(entry->symlink_status(ignored))) pending.push_back(entry->path());
    }
  }
}

}  // namespace

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return absl::OkStatus();
  if (fs::is_directory(fs::symlink_status(path, error))) OpenDirectories(path);
  error.clear();
  fs::remove_all(path, error);
  return error ? SystemError(error.value(), absl::StrCat("cannot remove ", path)) : absl::OkStatus();
}

absl::StatusOr<ScratchDirectory> ScratchDirectory::Make(const std::string& parent, const std::string& prefix) {
  std::string path = absl::StrCat(parent, "/", prefix, "XXXXXX");
  if (mkdtemp(path.data()) == nullptr) return SystemError(errno, absl::StrCat("cannot make a directory in ", parent));
  return ScratchDirectory(std::move(path));
}

ScratchDirectory::ScratchDirectory(std::string path) : path_(std::move(path)) {}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, "")) {}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  const absl::Status status = RemoveTree(path_);
  if (!status.ok()) LogWarning("directory_not_removed", {{"error", status}});
}

}  // namespace fleet::runner
