// Every lease this runner holds: from the receipt of the answer that brought it until its final report was answered.
// What a heartbeat lists is a picture of one instant: a lease is in it exactly if its answer counts as received and it
// is not let go. Thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_HELD_LEASES_H_
#define FLEET_WORKERS_TASK_RUNNER_HELD_LEASES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/runner_service.pb.h"
#include "workers/task_runner/leased_task.h"
#include "workers/task_runner/stop_token.h"

namespace fleet::runner {

class HeldLeases {
 public:
  // Takes the leases of answer `lease_seq`, which holds some. Leases of a fleet that the answer does not describe are
  // not taken, so that they go back to the queue.
  std::vector<LeasedTask> Accept(int64_t lease_seq, const v1::LeaseTasksResponse& response);
  // The token of a lease that is held.
  std::shared_ptr<StopToken> TokenOf(const v1::Lease& lease) const;
  void Release(const v1::Lease& lease);

  // Does nothing if it is not held.
  void Stop(const v1::HeldLease& lease, StopReason reason);
  void StopAll(StopReason reason);

  // Sets `held` and `received_lease_seq`.
  void Describe(v1::HeartbeatRequest& request) const;
  std::size_t size() const;
  // Waits until fewer than `count` are held; returns whether it is so.
  bool WaitForFewerThan(std::size_t count, absl::Duration timeout) const;

 private:
  using Key = std::pair<std::string, int32_t>;  // task id, attempt

  mutable Mutex mutex_;
  mutable CondVar released_;
  std::map<Key, std::shared_ptr<StopToken>> held_ ABSL_GUARDED_BY(mutex_);
  int64_t received_lease_seq_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_HELD_LEASES_H_
