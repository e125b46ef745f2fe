// Keeps a runner alive at the services, passes on their orders to stop, and stops everything by itself when they were
// silent for as long as a lease lasts. Runs threads of its own.
#ifndef FLEET_WORKERS_TASK_RUNNER_RUNNER_HEARTBEAT_H_
#define FLEET_WORKERS_TASK_RUNNER_RUNNER_HEARTBEAT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "common/lifecycle/periodic_loop.h"
#include "workers/task_runner/held_leases.h"
#include "workers/task_runner/lease_fence.h"
#include "workers/task_runner/runner_client.h"
#include "workers/task_runner/task_work.h"

namespace fleet::runner {

class RunnerHeartbeat {
 public:
  struct Timing {
    std::string runner_id;
    absl::Duration lease_duration;
    absl::Duration interval;
  };

  // Told on its thread.
  struct Listeners {
    // The services do not know this runner any more.
    std::function<void()> on_lost;
    // Whose logs are followed now, with every answer.
    std::function<void(const TaskWork::FollowedLogs& followed)> on_followed;
  };

  // Starts at once.
  RunnerHeartbeat(RunnerClient& client, HeldLeases& held, LeaseFence& fence, Timing timing, Listeners listeners);

  // Ends the threads, then sends a last heartbeat that acknowledges `lease_seq`, received or not: leases that are not
  // held go back to the queue at once rather than when the runner is found lost.
  void StopAndLetGo(int64_t lease_seq);
  // Ends the threads.
  void Stop();

 private:
  PeriodicLoop::Next Beat();
  PeriodicLoop::Next CheckFence();
  absl::Status Send(v1::HeartbeatRequest request);

  RunnerClient& client_;
  HeldLeases& held_;
  LeaseFence& fence_;
  const Timing timing_;
  const Listeners listeners_;
  int64_t heartbeat_seq_ = 0;
  PeriodicLoop fence_loop_;
  PeriodicLoop beat_loop_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_RUNNER_HEARTBEAT_H_
