#include "workers/task_runner/tree_usage.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "workers/task_runner/open_directory.h"

namespace fleet::runner {
namespace {

constexpr int64_t kStatBlock = 512;

// A directory above the current one: which it is, and where to go on in it.
struct Level {
  uint64_t device = 0;
  uint64_t inode = 0;
  off_t position = 0;
};

bool SamePlace(const OpenDirectory::Identity& a, const OpenDirectory::Identity& b) {
  return a.device == b.device && a.mount == b.mount;
}

}  // namespace

TreeUsage MeasureTree(const std::string& path, int64_t most) {
  TreeUsage usage;
  OpenDirectory current;
  if (current.Open(AT_FDCWD, path.c_str()) != 0) return usage;
  const OpenDirectory::Identity top = current.identity();
  std::vector<Level> above;
  for (int64_t seen = 0; seen < most;) {
    const dirent* entry = current.Next();
    if (entry == nullptr) {
      if (above.empty()) break;
      OpenDirectory parent;
      // It may have been moved meanwhile; its parent is then not to be walked.
      if (parent.Open(current.fd(), "..") != 0 || parent.identity().inode != above.back().inode ||
          parent.identity().device != above.back().device) {
        break;
      }
      current = std::move(parent);
      current.Seek(above.back().position);
      above.pop_back();
      continue;
    }
    ++seen;
    struct stat info {};
    if (fstatat(current.fd(), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    ++usage.files;
    usage.bytes += int64_t{info.st_blocks} * kStatBlock;
    if (!S_ISDIR(info.st_mode)) continue;
    OpenDirectory child;
    if (child.Open(current.fd(), entry->d_name) != 0 || !SamePlace(child.identity(), top)) continue;
    above.push_back({current.identity().device, current.identity().inode, current.Position()});
    current = std::move(child);
  }
  return usage;
}

}  // namespace fleet::runner
