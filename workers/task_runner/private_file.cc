#include "workers/task_runner/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "workers/task_runner/file_descriptor.h"
#include "workers/task_runner/system_error.h"

namespace fleet::runner {

absl::Status MakePrivateDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0) return SystemError(errno, absl::StrCat("cannot make ", path));
  return absl::OkStatus();
}

absl::Status WritePrivateFile(const std::string& path, absl::string_view text) {
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return SystemError(errno, absl::StrCat("cannot make ", path));
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError(errno, absl::StrCat("cannot write ", path));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadPlainFile(const std::string& path, std::size_t limit) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return absl::NotFoundError(absl::StrCat(path, " does not exist"));
  if (!file.is_open() && (errno == ELOOP || errno == ENXIO)) {
    return absl::InvalidArgumentError("it is not a regular file");
  }
  if (!file.is_open()) return SystemError(errno, "cannot read it");
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return SystemError(errno, "cannot read it");
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError("it is not a regular file");
  const auto too_large = [&] {
    return absl::InvalidArgumentError(absl::StrCat("it is larger than ", limit, " bytes"));
  };
  if (static_cast<uint64_t>(info.st_size) > limit) return too_large();
  std::string text;
  char buffer[16 << 10];
  while (true) {
    const ssize_t size = read(file.get(), buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemError(errno, "cannot read it");
    if (size == 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
    if (text.size() > limit) {
      return too_large();
    }
  }
}

bool IsPlainDirectory(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace fleet::runner
