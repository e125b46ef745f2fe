#include "tests/property/aged_checkout.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iterator>

namespace fleet::testing {
namespace {

// Version 2 of the index: a header, then entries of fixed fields and a path, filled up to multiples of eight bytes. Its
// checksum is not looked at by the git that reads it.
constexpr std::size_t kHeader = 12;
constexpr std::size_t kFields = 62;
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kMode = 24;
constexpr uint32_t kGitlink = 0160000;
constexpr time_t kAge = 3600;

uint32_t Read(const std::string& bytes, std::size_t at) {
  uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

void Write(std::string& bytes, std::size_t at, int64_t number) {
  for (std::size_t i = 4; i-- > 0; number >>= 8) bytes[at + i] = static_cast<char>(number & 0xFF);
}

}  // namespace

bool AgeCheckout(const std::string& directory) {
  const std::string index = directory + "/.git/index";
  std::ifstream stream(index, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (bytes.size() < kHeader || Read(bytes, 4) != 2) return false;
  std::size_t at = kHeader;
  for (uint32_t left = Read(bytes, 8); left > 0; --left) {
    if (at + kFields >= bytes.size()) return false;
    const std::string path(bytes.c_str() + at + kFields);
    const std::string file = directory + "/" + path;
    struct stat info {};
    if (Read(bytes, at + kMode) != kGitlink && lstat(file.c_str(), &info) == 0) {
      const timespec times[] = {{0, UTIME_OMIT}, {info.st_mtim.tv_sec - kAge, 0}};
      if (utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) return false;
      if (lstat(file.c_str(), &info) != 0) return false;
      Write(bytes, at, info.st_ctim.tv_sec);
      Write(bytes, at + 4, info.st_ctim.tv_nsec);
      Write(bytes, at + 8, info.st_mtim.tv_sec);
      Write(bytes, at + 12, info.st_mtim.tv_nsec);
    }
    at += (kFields + path.size() + kAlignment) / kAlignment * kAlignment;
  }
  std::ofstream(index, std::ios::binary) << bytes;
  return true;
}

}  // namespace fleet::testing
