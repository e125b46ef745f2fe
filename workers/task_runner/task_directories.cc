#include "workers/task_runner/task_directories.h"

#include <algorithm>
#include <utility>

#include "common/clock/clock.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {

TaskDirectory::TaskDirectory(TaskDirectories& owner, ScratchDirectory directory)
    : owner_(&owner), directory_(std::move(directory)) {}

TaskDirectory::TaskDirectory(TaskDirectory&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), directory_(std::move(other.directory_)) {}

TaskDirectory::~TaskDirectory() {
  if (owner_ == nullptr) return;
  const std::string path = directory_->path();
  directory_.reset();
  owner_->Forget(path);
}

absl::StatusOr<TaskDirectory> TaskDirectories::Make(StopToken& stop) {
  if (!WaitForRoom(stop)) {
    return TaskFailure(domain::FailureReason::kDiskFull, "the runner's disk is too full to begin another task");
  }
  FLEET_ASSIGN_OR_RETURN(ScratchDirectory directory, ScratchDirectory::Make(parent_, "task-", &leftovers_));
  MutexLock lock(mutex_);
  in_use_[directory.path()] = {&stop, false};
  return TaskDirectory(*this, std::move(directory));
}

bool TaskDirectories::WaitForRoom(const StopToken& stop) const {
  const absl::Duration end = Clock::System().Elapsed() + patience_;
  MutexLock lock(mutex_);
  while (full_) {
    if (stop.stopped() || Clock::System().Elapsed() >= end) return false;
    changed_.WaitFor(mutex_, absl::Milliseconds(100));
  }
  return true;
}

void TaskDirectories::Forget(const std::string& path) {
  MutexLock lock(mutex_);
  in_use_.erase(path);
}

void TaskDirectories::SetFull(bool full) {
  MutexLock lock(mutex_);
  full_ = full;
  changed_.SignalAll();
}

bool TaskDirectories::full() const {
  MutexLock lock(mutex_);
  return full_;
}

std::vector<std::string> TaskDirectories::Paths() const {
  std::vector<std::string> paths;
  MutexLock lock(mutex_);
  paths.reserve(in_use_.size());
  for (const auto& [path, use] : in_use_) paths.push_back(path);
  return paths;
}

bool TaskDirectories::Stopping() const {
  MutexLock lock(mutex_);
  return std::any_of(in_use_.begin(), in_use_.end(), [](const auto& entry) { return entry.second.stopped; });
}

bool TaskDirectories::StopForDisk(const std::string& path, const std::string& message) {
  MutexLock lock(mutex_);
  const auto found = in_use_.find(path);
  if (found == in_use_.end()) return false;
  found->second.stopped = true;
  found->second.stop->StopForDisk(message);
  return true;
}

}  // namespace fleet::runner
