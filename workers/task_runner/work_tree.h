// What stands at a path of a working tree, without following a link anywhere on the way.
#ifndef FLEET_WORKERS_TASK_RUNNER_WORK_TREE_H_
#define FLEET_WORKERS_TASK_RUNNER_WORK_TREE_H_

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "workers/task_runner/blob_hasher.h"
#include "workers/task_runner/file_descriptor.h"
#include "workers/task_runner/work_bounds.h"

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
  // Returns a TaskFailure, kTreeBroken, unless `root` is a directory. `bounds`, if any, must outlive it.
  static absl::StatusOr<WorkTree> Open(const std::string& root, const WorkBounds* bounds = nullptr);

  // Nullopt if nothing is there, or if something on the way is no directory. A directory that cannot be searched gives
  // a TaskFailure, kTreeBroken. Paths in order are looked at fastest.
  absl::StatusOr<std::optional<FileStamp>> Look(const std::string& path);
  // The blob id of a file's or link's bytes. However large a file is, this ends when the bounds say so.
  absl::StatusOr<std::string> Hash(const BlobHasher& hasher, const std::string& path, const FileStamp& stamp) const;

  const std::string& root() const { return root_; }

 private:
  WorkTree(std::string root, FileDescriptor directory, const WorkBounds* bounds);

  absl::StatusOr<bool> IsDirectory(absl::string_view path);

  std::string root_;
  FileDescriptor directory_;
  const WorkBounds* bounds_;
  // Of the way to the path that was looked at last: what is a directory, and what is none. All ways that a step can
  // name would fill the memory.
  std::string directory_path_;
  std::string missing_path_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_WORK_TREE_H_
