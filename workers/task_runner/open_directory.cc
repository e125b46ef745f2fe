#include "workers/task_runner/open_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "absl/strings/str_cat.h"
#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {
namespace {

constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool IsDots(const char* name) { return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')); }

// Of exactly the directory that stands there now: by name it could be changed for a link in between.
int LetOwnerIn(int parent, const char* name) {
  const FileDescriptor directory(openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.is_open()) return errno;
  return chmod(absl::StrCat("/proc/self/fd/", directory.get()).c_str(), S_IRWXU) == 0 ? 0 : errno;
}

}  // namespace

int OpenDirectory::Open(int parent, const char* name) {
  const int fd = openat(parent, name, kFlags);
  return fd < 0 ? errno : Take(fd, false);
}

int OpenDirectory::OpenByForce(int parent, const char* name) {
  int fd = openat(parent, name, kFlags);
  if (fd < 0 && errno == EACCES) {
    const int error = LetOwnerIn(parent, name);
    if (error != 0) return error;
    fd = openat(parent, name, kFlags);
  }
  return fd < 0 ? errno : Take(fd, true);
}

int OpenDirectory::Take(int fd, bool force) {
  FileDescriptor directory(fd);
  struct statx info {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &info) != 0) return errno;
  // What this cannot mend shows when something is removed.
  if (force && (info.stx_mode & S_IRWXU) != S_IRWXU) {
    [[maybe_unused]] const int changed = fchmod(fd, S_IRWXU);
  }
  identity_ = {makedev(info.stx_dev_major, info.stx_dev_minor), info.stx_ino,
               (info.stx_mask & STATX_MNT_ID) != 0 ? info.stx_mnt_id : 0};
  DIR* stream = fdopendir(fd);
  if (stream == nullptr) return errno;
  // The stream owns it now.
  directory.Release();
  stream_.reset(stream);
  return 0;
}

const dirent* OpenDirectory::Next() {
  while (true) {
    errno = 0;
    const dirent* entry = readdir(stream_.get());
    if (entry == nullptr) error_ = errno;
    if (entry == nullptr || !IsDots(entry->d_name)) return entry;
  }
}

void OpenDirectory::Rewind() {
  error_ = 0;
  rewinddir(stream_.get());
}

std::string OpenDirectory::Path() const {
  char path[PATH_MAX];
  const ssize_t size = readlink(absl::StrCat("/proc/self/fd/", fd()).c_str(), path, sizeof(path));
  return size > 0 && size < PATH_MAX ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace fleet::runner
