// How every file stood right after checkout, so that what no step touched can be told from what one did: exactly, on
// any clock, whatever git would make of the file now.
#ifndef FLEET_WORKERS_TASK_RUNNER_CHECKOUT_SNAPSHOT_H_
#define FLEET_WORKERS_TASK_RUNNER_CHECKOUT_SNAPSHOT_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "workers/task_runner/blob_hasher.h"
#include "workers/task_runner/tree_entry.h"
#include "workers/task_runner/work_tree.h"

namespace fleet::runner {

class CheckoutSnapshot {
 public:
  enum class State {
    kUntouched,  // the bytes, type and mode of right after checkout; or nothing then and now
    kTouched,    // something else
    kAbsent,     // there was a file, and there is none now
  };

  CheckoutSnapshot() = default;

  // Of a working tree just made of `base`. The files of `converted` were given other bytes than their blobs hold. A
  // probe for the file system's clock is made in `directory`, on the same file system. Submodules have no stamp.
  static absl::StatusOr<CheckoutSnapshot> Take(const std::string& tree, TreeEntries base,
                                               const std::set<std::string>& converted, const std::string& directory);

  const TreeEntries& base() const { return base_; }

  // How the file at `path` stands to that of right after checkout; `now` is what stands there. Not for submodules.
  absl::StatusOr<State> Compare(const WorkTree& tree, const std::string& path,
                                const std::optional<FileStamp>& now) const;
  // Whether it was not even written anew since.
  bool HasStampOf(const std::string& path, const FileStamp& now) const;

 private:
  TreeEntries base_;
  std::map<std::string, FileStamp> stamps_;
  // Blob ids of the bytes as checked out, where they differ from the base's.
  std::map<std::string, std::string> contents_;
  // Whether a later change is sure to show in a file's stamp.
  bool stamps_tell_ = false;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_CHECKOUT_SNAPSHOT_H_
