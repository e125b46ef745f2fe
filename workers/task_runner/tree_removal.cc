#include "workers/task_runner/tree_removal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "workers/task_runner/open_directory.h"
#include "workers/task_runner/system_error.h"

namespace fleet::runner {
namespace {

// Directories held open at a time, one inside the other; two more descriptors are in use for moments.
constexpr std::size_t kMaxLevels = 6;
// Of removals that failed: after so many the rest is left for another time, so that going over what cannot be removed
// again and again does not take for ever.
constexpr int kMaxFailures = 1000;

// Goes down directory by directory. What lies deeper than kMaxLevels is moved up to the top, where its turn comes:
// depth then costs neither descriptors nor memory, and there is no going back up through ".." that could lead astray.
class TreeRemoval {
 public:
  explicit TreeRemoval(const std::string& path) : path_(path), moved_prefix_(absl::StrCat(".moved-", Random(), "-")) {}

  absl::Status Run();

 private:
  struct Level {
    OpenDirectory directory;
    std::string name;         // in the level above
    bool progressed = false;  // since it was last read from its beginning
  };

  static uint64_t Random() {
    std::random_device device;
    return (uint64_t{device()} << 32) | device();
  }

  void RemoveAll();
  void Remove(const dirent& entry);
  void RemoveDirectory(const char* name);
  // Both take a directory that is not empty.
  void Enter(const char* name, OpenDirectory directory);
  void MoveToTop(const char* name);
  // At the end of a directory.
  void Leave();
  void Fail(int error, const char* name);
  Level& current() { return levels_.back(); }

  const std::string& path_;
  const std::string moved_prefix_;
  std::vector<Level> levels_;
  uint64_t moved_ = 0;
  int failures_ = 0;
  int first_error_ = 0;
  std::string first_path_;
};

void TreeRemoval::Fail(int error, const char* name) {
  if (failures_++ > 0) return;
  first_error_ = error;
  const std::string directory = levels_.empty() ? "" : current().directory.Path();
  first_path_ = absl::StrCat(directory, directory.empty() ? "" : "/", name);
}

void TreeRemoval::MoveToTop(const char* name) {
  const int top = levels_.front().directory.fd();
  // A step cannot have foreseen the name.
  const std::string moved = absl::StrCat(moved_prefix_, moved_++);
  if (renameat(current().directory.fd(), name, top, moved.c_str()) != 0) {
    if (errno != ENOENT) Fail(errno, name);
    return;
  }
  current().progressed = true;
  levels_.front().progressed = true;
}

void TreeRemoval::Enter(const char* name, OpenDirectory directory) { levels_.push_back({std::move(directory), name}); }

void TreeRemoval::RemoveDirectory(const char* name) {
  const int parent = current().directory.fd();
  if (unlinkat(parent, name, AT_REMOVEDIR) == 0) {
    current().progressed = true;
    return;
  }
  if (errno == ENOENT) return;
  // Of a mount it is EBUSY: none is ever entered.
  if (errno != ENOTEMPTY && errno != EEXIST) return Fail(errno, name);
  OpenDirectory directory;
  const int error = directory.OpenByForce(parent, name);
  if (error != 0) {
    Fail(error, name);
  } else if (levels_.size() < kMaxLevels) {
    Enter(name, std::move(directory));
  } else {
    MoveToTop(name);
  }
}

void TreeRemoval::Remove(const dirent& entry) {
  if (entry.d_type == DT_DIR) return RemoveDirectory(entry.d_name);
  if (unlinkat(current().directory.fd(), entry.d_name, 0) == 0) {
    current().progressed = true;
  } else if (errno == EISDIR) {
    RemoveDirectory(entry.d_name);
  } else if (errno != ENOENT) {
    Fail(errno, entry.d_name);
  }
}

void TreeRemoval::Leave() {
  // Reading while removing may skip entries, and what was moved to the top has yet to be read.
  if (std::exchange(current().progressed, false)) return current().directory.Rewind();
  if (current().directory.error() != 0) Fail(current().directory.error(), ".");
  const std::string name = std::move(current().name);
  levels_.pop_back();
  const bool is_top = levels_.empty();
  if (unlinkat(is_top ? AT_FDCWD : current().directory.fd(), name.c_str(), AT_REMOVEDIR) == 0) {
    if (!is_top) current().progressed = true;
  } else if (errno != ENOENT && (failures_ == 0 || (errno != ENOTEMPTY && errno != EEXIST))) {
    // One that is not empty is so because of a failure that counts already.
    Fail(errno, name.c_str());
  }
}

void TreeRemoval::RemoveAll() {
  while (!levels_.empty() && failures_ < kMaxFailures) {
    const dirent* entry = current().directory.Next();
    if (entry == nullptr) {
      Leave();
    } else {
      Remove(*entry);
    }
  }
}

absl::Status TreeRemoval::Run() {
  OpenDirectory top;
  int error = top.OpenByForce(AT_FDCWD, path_.c_str());
  if (error == ENOTDIR || error == ELOOP) {
    error = unlink(path_.c_str()) == 0 ? 0 : errno;
  } else if (error == 0) {
    Enter(path_.c_str(), std::move(top));
    RemoveAll();
    error = first_error_;
  }
  if (error == 0 || error == ENOENT) return absl::OkStatus();
  return SystemError(error, absl::StrCat("cannot remove ", first_path_.empty() ? path_ : first_path_));
}

}  // namespace

absl::Status RemoveTree(const std::string& path) { return TreeRemoval(path).Run(); }

}  // namespace fleet::runner
