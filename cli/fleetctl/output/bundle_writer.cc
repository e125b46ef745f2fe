#include "cli/fleetctl/output/bundle_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace fleet::cli {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;

absl::Status CannotWrite(const std::string& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
}

absl::Status WriteAll(int file, const std::string& path, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t bytes = write(file, text.data() + written, text.size() - written);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return CannotWrite(path);
    written += static_cast<std::size_t>(bytes);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BundleWriter> BundleWriter::Create(const std::string& path) {
  if (mkdir(path.c_str(), kFolderMode) == 0) return BundleWriter(path);
  if (errno != EEXIST) return CannotWrite(path);
  return absl::AlreadyExistsError(absl::StrCat(path, " is there already: name another folder with --out"));
}

absl::Status BundleWriter::Add(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(path_, "/", name);
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) {
    const std::string folder = absl::StrCat(path_, "/", name.substr(0, slash));
    if (mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) return CannotWrite(folder);
  }
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  if (file < 0) return CannotWrite(path);
  absl::Status status = WriteAll(file, path, text);
  if (close(file) != 0 && status.ok()) status = CannotWrite(path);
  if (status.ok()) names_.push_back(name);
  return status;
}

}  // namespace fleet::cli
