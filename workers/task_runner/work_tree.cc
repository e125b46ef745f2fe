#include "workers/task_runner/work_tree.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"
#include "workers/task_runner/tree_entry.h"

namespace fleet::runner {
namespace {

int64_t Nanoseconds(const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

bool IsMissing(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

bool IsAtOrBelow(absl::string_view path, absl::string_view directory) {
  return absl::StartsWith(path, directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

// The length of the longest directory that is on both ways.
std::size_t SharedDirectories(absl::string_view a, absl::string_view b) {
  std::size_t shared = 0;
  const std::size_t shorter = std::min(a.size(), b.size());
  for (std::size_t at = 0; at < shorter && a[at] == b[at]; ++at) {
    if (a[at] == '/') shared = at;
    const std::size_t next = at + 1;
    if ((next == a.size() || a[next] == '/') && (next == b.size() || b[next] == '/')) shared = next;
  }
  return shared;
}

absl::Status Unreadable(absl::string_view path, int error) {
  return TaskFailure(
      domain::FailureReason::kTreeBroken,
      absl::StrCat("the steps left a working tree that cannot be read: ", SystemError(error, path).message()));
}

}  // namespace

FileStamp FileStamp::Of(const struct stat& info) {
  return {info.st_dev, info.st_ino, info.st_mode, info.st_size, Nanoseconds(info.st_mtim), Nanoseconds(info.st_ctim)};
}

uint32_t FileStamp::GitMode() const {
  if (is_link()) return kLinkMode;
  if (!is_file()) return 0;
  return (mode & S_IXUSR) != 0 ? kExecutableMode : kFileMode;
}

absl::StatusOr<WorkTree> WorkTree::Open(const std::string& root, const WorkBounds* bounds) {
  FileDescriptor directory(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.is_open()) {
    if (IsMissing(errno)) return TaskFailure(domain::FailureReason::kTreeBroken, "the steps removed the working tree");
    return Unreadable(root, errno);
  }
  return WorkTree(root, std::move(directory), bounds);
}

WorkTree::WorkTree(std::string root, FileDescriptor directory, const WorkBounds* bounds)
    : root_(std::move(root)), directory_(std::move(directory)), bounds_(bounds) {}

absl::StatusOr<bool> WorkTree::IsDirectory(absl::string_view path) {
  if (!missing_path_.empty() && IsAtOrBelow(path, missing_path_)) return false;
  std::size_t known = SharedDirectories(directory_path_, path);
  while (known < path.size()) {
    const std::size_t end = std::min(path.find('/', known == 0 ? 0 : known + 1), path.size());
    const std::string name(path.substr(0, end));
    struct stat info {};
    const bool seen = fstatat(directory_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!seen && !IsMissing(errno)) return Unreadable(name, errno);
    if (!seen || !S_ISDIR(info.st_mode)) {
      missing_path_ = name;
      return false;
    }
    known = end;
  }
  directory_path_ = std::string(path);
  return true;
}

absl::StatusOr<std::optional<FileStamp>> WorkTree::Look(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos) {
    FLEET_ASSIGN_OR_RETURN(const bool reachable, IsDirectory(absl::string_view(path).substr(0, slash)));
    if (!reachable) return std::nullopt;
  }
  struct stat info {};
  if (fstatat(directory_.get(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) return FileStamp::Of(info);
  if (IsMissing(errno)) return std::nullopt;
  return Unreadable(path, errno);
}

absl::StatusOr<std::string> WorkTree::Hash(const BlobHasher& hasher, const std::string& path,
                                           const FileStamp& stamp) const {
  return stamp.is_link() ? hasher.HashLink(directory_.get(), path) : hasher.HashFile(directory_.get(), path, bounds_);
}

}  // namespace fleet::runner
