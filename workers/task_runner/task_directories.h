// The directories of the tasks that run: who uses which, and whether there is room for another.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_DIRECTORIES_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_DIRECTORIES_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "workers/task_runner/leftover_remover.h"
#include "workers/task_runner/scratch_directory.h"
#include "workers/task_runner/stop_token.h"

namespace fleet::runner {

class TaskDirectories;

// One task's directory, which goes with it.
class TaskDirectory {
 public:
  ~TaskDirectory();
  TaskDirectory(TaskDirectory&& other) noexcept;
  TaskDirectory& operator=(TaskDirectory&&) = delete;

  const std::string& path() const { return directory_->path(); }

 private:
  friend class TaskDirectories;
  TaskDirectory(TaskDirectories& owner, ScratchDirectory directory);

  TaskDirectories* owner_;
  std::optional<ScratchDirectory> directory_;
};

// Thread-safe.
class TaskDirectories {
 public:
  // They are made in `parent`. `leftovers` gets what cannot be removed, and must outlive it. A task that was leased
  // before there was no room waits for it for up to `patience`.
  TaskDirectories(std::string parent, LeftoverRemover& leftovers, absl::Duration patience = absl::Seconds(5))
      : parent_(std::move(parent)), leftovers_(leftovers), patience_(patience) {}

  // For the task that `stop` ends. Both this object and `stop` must outlive the directory. Returns a TaskFailure,
  // kDiskFull, if there is no room; else as SystemError says.
  absl::StatusOr<TaskDirectory> Make(StopToken& stop);

  // Where they are made.
  const std::string& root() const { return parent_; }
  // Whether there is room for another: set from outside.
  void SetFull(bool full);
  bool full() const;
  // Those in use, until they are removed.
  std::vector<std::string> Paths() const;
  // Whether one is in use whose task was stopped by StopForDisk and has yet to go.
  bool Stopping() const;
  // Stops the task of `path` with StopForDisk; false if it is in use no more.
  bool StopForDisk(const std::string& path, const std::string& message);

 private:
  friend class TaskDirectory;
  struct Use {
    StopToken* stop = nullptr;
    bool stopped = false;
  };

  // Returns whether there is room, at last.
  bool WaitForRoom(const StopToken& stop) const;
  void Forget(const std::string& path);

  const std::string parent_;
  LeftoverRemover& leftovers_;
  const absl::Duration patience_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::map<std::string, Use> in_use_ ABSL_GUARDED_BY(mutex_);
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_DIRECTORIES_H_
