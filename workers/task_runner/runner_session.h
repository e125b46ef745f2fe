// One registration of this runner: leases tasks up to its slots, works on them and keeps them alive, until it is
// drained or the services have given it up.
#ifndef FLEET_WORKERS_TASK_RUNNER_RUNNER_SESSION_H_
#define FLEET_WORKERS_TASK_RUNNER_RUNNER_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"
#include "common/lifecycle/thread_pool.h"
#include "workers/task_runner/held_leases.h"
#include "workers/task_runner/lease_fence.h"
#include "workers/task_runner/runner_client.h"
#include "workers/task_runner/runner_config.h"
#include "workers/task_runner/runner_heartbeat.h"
#include "workers/task_runner/task_reporter.h"
#include "workers/task_runner/task_work.h"

namespace fleet::runner {

class RunnerSession {
 public:
  // `boot_clock` must go on while the process is stopped. The arguments must outlive it.
  RunnerSession(const RunnerConfig& config, RunnerClient& client, TaskWork& work, const Clock& boot_clock);

  // Makes this runner known. Returns kInvalidArgument if its settings are refused, else what the services say.
  absl::Status Register();
  // After Register: returns when no task is left, after Drain or after the runner was lost.
  void Run();

  // kUnavailable, saying why, if it could not be given a task now: the services are silent, or there is no room. A
  // runner whose slots are all taken is ready. Thread-safe.
  absl::Status Ready() const;

  // Takes no more tasks. Thread-safe.
  void Drain();
  // After Drain: stops the tasks that still run and lets go of them unreported. Thread-safe.
  void ReleaseTasks();

 private:
  enum class Phase { kLeasing, kDraining, kReleasing, kLost };

  void LeaseUntilToldOtherwise(ThreadPool& pool);
  // One LeaseTasks; OK if it was answered, with tasks or without.
  absl::Status LeaseOnce(ThreadPool& pool, int free_slots);
  void Start(ThreadPool& pool, const LeasedTask& task);
  void EnterPhase(Phase phase);
  Phase phase() const;
  // Waits while leasing; returns at once in any other phase.
  void Pause(absl::Duration duration);

  const RunnerConfig& config_;
  RunnerClient& client_;
  TaskWork& work_;
  const std::string runner_id_;
  LeaseFence fence_;
  HeldLeases held_;
  TaskReporter reporter_;
  absl::Duration lease_duration_;
  absl::Duration heartbeat_interval_;
  int64_t lease_seq_ = 1;
  mutable Mutex mutex_;
  CondVar changed_;
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kLeasing;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_RUNNER_SESSION_H_
