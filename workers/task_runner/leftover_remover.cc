#include "workers/task_runner/leftover_remover.h"

#include "common/logging/structured_log.h"
#include "workers/task_runner/tree_removal.h"

namespace fleet::runner {

void LeftoverRemover::Add(const std::string& path) {
  MutexLock lock(mutex_);
  Pause& pause = leftovers_[path];
  pause.due = clock_.Elapsed() + pause.backoff.Next();
  metrics_.SetLeftovers(leftovers_.size());
}

// Empty if there is none.
std::string LeftoverRemover::NextDue(const std::string& after) const {
  MutexLock lock(mutex_);
  for (auto next = leftovers_.upper_bound(after); next != leftovers_.end(); ++next) {
    if (next->second.due <= clock_.Elapsed()) return next->first;
  }
  return "";
}

int LeftoverRemover::RunOnce() {
  int removed = 0;
  for (std::string path = NextDue(""); !path.empty(); path = NextDue(path)) {
    // Without the lock: it may take long.
    const absl::Status status = RemoveTree(path);
    metrics_.CountLeftoverRemoval(status.ok());
    if (!status.ok()) {
      LogWarning("leftover_directory_not_removed", {{"error", status}});
      Add(path);
      continue;
    }
    LogInfo("leftover_directory_removed", {{"path", path}});
    ++removed;
    MutexLock lock(mutex_);
    leftovers_.erase(path);
    metrics_.SetLeftovers(leftovers_.size());
  }
  return removed;
}

std::size_t LeftoverRemover::size() const {
  MutexLock lock(mutex_);
  return leftovers_.size();
}

}  // namespace fleet::runner
