#include "workers/task_runner/work_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/tree_removal.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "run-";

absl::Status CheckRoot(const std::string& root) {
  struct stat info {};
  if (lstat(root.c_str(), &info) != 0) return SystemError(errno, absl::StrCat("cannot use ", root));
  if (!S_ISDIR(info.st_mode)) return absl::FailedPreconditionError(absl::StrCat(root, " is not a directory"));
  if (info.st_uid != geteuid()) return absl::FailedPreconditionError(absl::StrCat(root, " belongs to another user"));
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(root, " is open to other users; its mode must be 0700"));
  }
  return absl::OkStatus();
}

absl::StatusOr<FileDescriptor> OpenLockFile(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/lock");
  FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!file.is_open()) return SystemError(errno, absl::StrCat("cannot open ", path));
  return file;
}

// What a dead runner's supervisors could not end because they were killed themselves.
void KillProcessesIn(const std::string& directory) {
  const std::string prefix = absl::StrCat(directory, "/");
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry->path().filename().string(), &pid) || pid == getpid()) continue;
    std::error_code unreadable;
    const std::string working_directory = fs::read_symlink(entry->path() / "cwd", unreadable).string();
    if (!unreadable && absl::StartsWith(working_directory, prefix)) {
      LogWarning("leftover_process_killed", {{"pid", pid}});
      kill(pid, SIGKILL);
    }
  }
}

void Sweep(const std::string& root, LeftoverRemover* leftovers) {
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    const std::string path = entry->path().string();
    std::error_code ignored;
    if (!absl::StartsWith(entry->path().filename().string(), kPrefix) ||
        !fs::is_directory(entry->symlink_status(ignored))) {
      continue;
    }
    const auto lock = OpenLockFile(path);
    if (lock.ok() && flock(lock->get(), LOCK_EX | LOCK_NB) != 0) continue;
    KillProcessesIn(path);
    const absl::Status removed = RemoveTree(path);
    if (removed.ok()) {
      LogInfo("leftover_directory_removed", {{"path", path}});
    } else {
      LogWarning("leftover_directory_not_removed", {{"error", removed}});
      if (leftovers != nullptr) leftovers->Add(path);
    }
  }
}

}  // namespace

absl::StatusOr<WorkDirectory> WorkDirectory::Open(const std::string& root, LeftoverRemover* leftovers) {
  std::error_code ignored;  // mkdir says what is wrong
  fs::create_directories(fs::path(root).parent_path(), ignored);
  if (mkdir(root.c_str(), 0700) != 0 && errno != EEXIST) return SystemError(errno, absl::StrCat("cannot make ", root));
  FLEET_RETURN_IF_ERROR(CheckRoot(root));
  // /proc shows the real path of a process's directory.
  const fs::path real_root = fs::canonical(root, ignored);
  // Held while making and sweeping, so that no runner takes another's new and not yet locked directory for dead.
  FLEET_ASSIGN_OR_RETURN(const FileDescriptor root_lock, OpenLockFile(real_root.string()));
  if (flock(root_lock.get(), LOCK_EX) != 0) return SystemError(errno, absl::StrCat("cannot lock ", root));
  Sweep(real_root.string(), leftovers);
  FLEET_ASSIGN_OR_RETURN(ScratchDirectory directory, ScratchDirectory::Make(real_root.string(), kPrefix));
  FLEET_ASSIGN_OR_RETURN(FileDescriptor lock, OpenLockFile(directory.path()));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return SystemError(errno, "cannot lock the work directory");
  return WorkDirectory(std::move(directory), std::move(lock));
}

WorkDirectory::WorkDirectory(ScratchDirectory directory, FileDescriptor lock)
    : lock_(std::move(lock)), directory_(std::move(directory)) {}

}  // namespace fleet::runner
