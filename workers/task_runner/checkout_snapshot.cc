#include "workers/task_runner/checkout_snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {
namespace {

// Until the file system stamps later than `newest`: the kernel's clock for files ticks every few milliseconds, and a
// change within the tick of the checkout would leave the stamp as it was. False if that does not come soon, as where
// times are kept in seconds or the clock was set back: then stamps tell nothing.
bool WaitUntilLater(const std::string& directory, int64_t newest) {
  constexpr int kMaxWaits = 100;
  constexpr timespec kWait{0, 500'000};
  std::string path = absl::StrCat(directory, "/clock-XXXXXX");
  const FileDescriptor probe(mkostemp(path.data(), O_CLOEXEC));
  if (!probe.is_open()) return false;
  unlink(path.c_str());
  struct stat info {};
  for (int waits = 0; waits < kMaxWaits; ++waits) {
    if (futimens(probe.get(), nullptr) != 0 || fstat(probe.get(), &info) != 0) return false;
    const FileStamp stamp = FileStamp::Of(info);
    if (std::min(stamp.modified_ns, stamp.changed_ns) > newest) return true;
    nanosleep(&kWait, nullptr);
  }
  return false;
}

}  // namespace

absl::StatusOr<CheckoutSnapshot> CheckoutSnapshot::Take(const std::string& tree, TreeEntries base,
                                                        const std::set<std::string>& converted,
                                                        const std::string& directory) {
  CheckoutSnapshot snapshot;
  snapshot.base_ = std::move(base);
  FLEET_ASSIGN_OR_RETURN(WorkTree files, WorkTree::Open(tree));
  int64_t newest = 0;
  for (const auto& [path, entry] : snapshot.base_) {
    if (entry.is_gitlink()) continue;
    FLEET_ASSIGN_OR_RETURN(const std::optional<FileStamp> stamp, files.Look(path));
    if (!stamp.has_value()) continue;
    newest = std::max({newest, stamp->changed_ns, stamp->modified_ns});
    snapshot.stamps_.emplace_hint(snapshot.stamps_.end(), path, *stamp);
    if (converted.count(path) == 0) continue;
    FLEET_ASSIGN_OR_RETURN(snapshot.contents_[path], files.Hash(BlobHasher(entry.oid), path, *stamp));
  }
  snapshot.stamps_tell_ = WaitUntilLater(directory, newest);
  return snapshot;
}

bool CheckoutSnapshot::HasStampOf(const std::string& path, const FileStamp& now) const {
  const auto stamp = stamps_.find(path);
  return stamps_tell_ && stamp != stamps_.end() && stamp->second == now;
}

absl::StatusOr<CheckoutSnapshot::State> CheckoutSnapshot::Compare(const WorkTree& tree, const std::string& path,
                                                                  const std::optional<FileStamp>& now) const {
  const auto stamp = stamps_.find(path);
  const bool is_there = now.has_value() && !now->is_directory();
  if (stamp == stamps_.end()) return is_there ? State::kTouched : State::kUntouched;
  if (!is_there) return State::kAbsent;
  if (HasStampOf(path, *now)) return State::kUntouched;
  if (now->GitMode() == 0 || now->GitMode() != stamp->second.GitMode()) return State::kTouched;
  // A file that was made larger, however large, need not be read to see it.
  if (now->size != stamp->second.size) return State::kTouched;
  const std::string& blob = base_.at(path).oid;
  const auto content = contents_.find(path);
  FLEET_ASSIGN_OR_RETURN(const std::string bytes, tree.Hash(BlobHasher(blob), path, *now));
  return bytes == (content == contents_.end() ? blob : content->second) ? State::kUntouched : State::kTouched;
}

}  // namespace fleet::runner
