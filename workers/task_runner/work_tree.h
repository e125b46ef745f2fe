// What stands at a path of a working tree, without following a link anywhere on the way.
#ifndef FLEET_WORKERS_TASK_RUNNER_WORK_TREE_H_
#define FLEET_WORKERS_TASK_RUNNER_WORK_TREE_H_

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "workers/task_runner/blob_hasher.h"
#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {

// Everything by which a file shows that it was written, replaced or given other rights.
struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint32_t mode = 0;
  int64_t size = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;

  static FileStamp Of(const struct stat& info);
  bool is_file() const { return S_ISREG(mode); }
  bool is_link() const { return S_ISLNK(mode); }
  bool is_directory() const { return S_ISDIR(mode); }
  // The mode that git would store; 0 for what git does not store.
  uint32_t GitMode() const;
  bool operator==(const FileStamp&) const = default;
};

// Not thread-safe. What it saw of directories it takes to hold for its lifetime.
class WorkTree {
 public:
  // Returns a TaskFailure, kTreeBroken, unless `root` is a directory.
  static absl::StatusOr<WorkTree> Open(const std::string& root);

  // Nullopt if nothing is there, or if something on the way is no directory. A directory that cannot be searched gives
  // a TaskFailure, kTreeBroken.
  absl::StatusOr<std::optional<FileStamp>> Look(const std::string& path);
  // The blob id of a file's or link's bytes.
  absl::StatusOr<std::string> Hash(const BlobHasher& hasher, const std::string& path, const FileStamp& stamp) const;

  const std::string& root() const { return root_; }

 private:
  WorkTree(std::string root, FileDescriptor directory);

  absl::StatusOr<bool> IsDirectory(absl::string_view path);

  std::string root_;
  FileDescriptor directory_;
  std::unordered_map<std::string, bool> directories_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_WORK_TREE_H_
