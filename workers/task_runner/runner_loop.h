// The life of a runner process: one session after another, each under a fresh runner id, until it is drained.
#ifndef FLEET_WORKERS_TASK_RUNNER_RUNNER_LOOP_H_
#define FLEET_WORKERS_TASK_RUNNER_RUNNER_LOOP_H_

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"
#include "workers/task_runner/runner_client.h"
#include "workers/task_runner/runner_config.h"
#include "workers/task_runner/runner_session.h"
#include "workers/task_runner/task_work.h"

namespace fleet::runner {

class RunnerLoop {
 public:
  // The arguments must outlive it.
  RunnerLoop(const RunnerConfig& config, RunnerClient& client, TaskWork& work, const Clock& boot_clock);

  // Returns OK once drained, kInvalidArgument if the services refuse this runner's settings. Call once.
  absl::Status Run();

  // kUnavailable, saying why, if it could not be given a task now. Thread-safe.
  absl::Status Ready() const;

  // Takes no more tasks; Run returns when the last one ends. Thread-safe.
  void Drain();
  // After Drain: stops the tasks that still run; they go back to the queue. Thread-safe.
  void ReleaseTasks();
  // Waits for Run to return; false after `timeout`.
  bool WaitUntilEnded(absl::Duration timeout) const;

 private:
  // Registers, however long it takes. Not OK: it was drained before, or the settings are refused.
  absl::Status Register(RunnerSession& session);
  absl::Status RunSessions();
  bool Enter(RunnerSession* session);

  const RunnerConfig& config_;
  RunnerClient& client_;
  TaskWork& work_;
  const Clock& boot_clock_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  RunnerSession* session_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_RUNNER_LOOP_H_
