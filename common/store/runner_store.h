// Runners and their leases: who is alive, what they hold, what comes back when they are not.
#ifndef FLEET_COMMON_STORE_RUNNER_STORE_H_
#define FLEET_COMMON_STORE_RUNNER_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/store/dispatch_store.h"
#include "common/store/process_facts.h"

namespace fleet::store {

struct RunnerRegistration {
  domain::Ulid runner_id;
  std::string name;
  std::string owner;
  std::string pool;
  int32_t slots = 0;
  // For people.
  ProcessFacts facts{};
  std::string address{};  // that it called from; empty: unknown
};

struct RunnerHeartbeat {
  domain::Ulid runner_id;
  int64_t seq = 0;
  std::vector<GrantedTask> held;
  int64_t received_lease_seq = 0;
};

struct StopOrder {
  enum class Reason { kCancelled = 1, kTimedOut = 2, kLeaseLost = 3 };
  GrantedTask lease;
  Reason reason;
};

class RunnerStore {
 public:
  explicit RunnerStore(database::ConnectionPool& pool) : pool_(pool) {}

  // The lease time that it is to keep. Idempotent. Returns kFailedPrecondition with reason RUNNER_LOST if it was marked
  // lost, kPermissionDenied with reason RUNNER_NOT_YOURS if another owner registered it.
  absl::StatusOr<absl::Duration> Register(const RunnerRegistration& runner);
  // Who registered it, which never changes; nullopt: nobody.
  absl::StatusOr<std::optional<std::string>> OwnerOf(const domain::Ulid& runner_id);

  // Returns kFailedPrecondition with reason RUNNER_LOST or RUNNER_NOT_REGISTERED; kInvalidArgument on held, and records
  // nothing, if more leases are held than the runner has slots. Leases of received grants that are
  // not held go back to the queue; leases that ran far past their timeout end TIMED_OUT; cancelled children whose
  // runner did not confirm end CANCELLED. A lease that a batch of reports is at waits for the next heartbeat.
  absl::StatusOr<std::vector<StopOrder>> Heartbeat(const RunnerHeartbeat& heartbeat);

  // Marks runners lost whose last heartbeat is older than `lease`; takes the dispatch gate, so that none is granted
  // anything afterwards. Returns how many.
  absl::StatusOr<int> MarkLost(absl::Duration lease);

  // Returns the leases of one lost runner, in one bounded step. Returns how many leases it is done with: not with those
  // that a batch of reports is at; nullopt if no lost runner was left to clear.
  absl::StatusOr<std::optional<int>> ReclaimStep();

  // A service says that it is there for runners to talk to.
  absl::Status RecordService(const domain::Ulid& service_id, const ProcessFacts& facts, absl::Duration gap);
  // Whether some service has been there without a gap for `lease`, so that silence means a runner is gone.
  absl::StatusOr<bool> ServicesPresentFor(absl::Duration lease, absl::Duration gap);

 private:
  database::ConnectionPool& pool_;
};

// kPermissionDenied with reason RUNNER_NOT_YOURS, for who speaks for another's runner.
absl::Status RunnerNotYours();

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_RUNNER_STORE_H_
