#include "workers/task_runner/blob_hasher.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/file_descriptor.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

// One blob: its header, then its bytes.
class BlobDigest {
 public:
  BlobDigest(bool sha256, uint64_t size) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), sha256 ? EVP_sha256() : EVP_sha1(), nullptr);
    const std::string header = absl::StrCat("blob ", size);
    Add(absl::string_view(header.c_str(), header.size() + 1));
  }

  void Add(absl::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &size);
    return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string BlobHasher::HashText(absl::string_view text) const {
  BlobDigest digest(sha256_, text.size());
  digest.Add(text);
  return digest.Hex();
}

absl::StatusOr<std::string> BlobHasher::HashFile(int directory, const std::string& path,
                                                 const WorkBounds* bounds) const {
  const FileDescriptor file(openat(directory, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info {};
  if (!file.is_open() || fstat(file.get(), &info) != 0) return SystemError(errno, absl::StrCat("cannot read ", path));
  if (!S_ISREG(info.st_mode)) return absl::AbortedError(absl::StrCat(path, " is not a regular file"));
  BlobDigest digest(sha256_, static_cast<uint64_t>(info.st_size));
  static constexpr std::size_t kBuffer = 128 << 10;
  const auto buffer = std::make_unique<char[]>(kBuffer);
  off_t total = 0;
  while (true) {
    const ssize_t size = read(file.get(), buffer.get(), kBuffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemError(errno, absl::StrCat("cannot read ", path));
    if (size == 0) break;
    total += size;
    if (bounds != nullptr) FLEET_RETURN_IF_ERROR(MayGoOn(*bounds, domain::FailureStage::kCommit));
    digest.Add(absl::string_view(buffer.get(), static_cast<std::size_t>(size)));
  }
  if (total != info.st_size) return absl::AbortedError(absl::StrCat(path, " changed while it was read"));
  return digest.Hex();
}

absl::StatusOr<std::string> BlobHasher::HashLink(int directory, const std::string& path) const {
  char target[PATH_MAX];
  const ssize_t size = readlinkat(directory, path.c_str(), target, sizeof(target));
  if (size < 0) return SystemError(errno, absl::StrCat("cannot read the link ", path));
  return HashText(absl::string_view(target, static_cast<std::size_t>(size)));
}

}  // namespace fleet::runner
