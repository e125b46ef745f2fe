// What operators do to a fleet that runs: pause, resume, update, cancel one child. Each action is one transaction, and
// leaves its entry in the audit log.
#ifndef FLEET_COMMON_STORE_CONTROL_STORE_H_
#define FLEET_COMMON_STORE_CONTROL_STORE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/database/transaction.h"
#include "common/domain/caller.h"
#include "common/domain/fleet.h"
#include "common/store/fleet_store.h"
#include "common/store/task_store.h"

namespace fleet::store {

// New values of what UpdateFleet can change; absent: as it is.
struct PolicyUpdate {
  std::optional<int32_t> max_concurrency;
  std::optional<int32_t> priority;
  bool sets_deadline = false;
  std::optional<absl::Time> deadline;  // with sets_deadline; absent: none any more
};

class ControlStore {
 public:
  explicit ControlStore(database::ConnectionPool& pool) : pool_(pool) {}

  // All but CancelTask return kNotFound, or kFailedPrecondition FLEET_ALREADY_ENDED or FLEET_CANCELLING.

  // Once it has returned, no child starts. Idempotent.
  absl::StatusOr<FleetRecord> Pause(const domain::Caller& caller, const domain::Ulid& fleet_id);
  // Lifts what Pause set. Idempotent.
  absl::StatusOr<FleetRecord> Resume(const domain::Caller& caller, const domain::Ulid& fleet_id);
  // Returns kInvalidArgument for a deadline that has passed, by the database's clock.
  absl::StatusOr<FleetRecord> Update(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                     const PolicyUpdate& update);

  // A queued child ends at once; an active one is told to stop by its runner's next heartbeat. Idempotent. Returns
  // kNotFound, or kFailedPrecondition TASK_ALREADY_ENDED.
  absl::StatusOr<TaskRecord> CancelTask(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                        const std::string& repo);

 private:
  database::ConnectionPool& pool_;
};

// kFailedPrecondition for a fleet that is at its end or on its way there.
absl::Status CheckRuns(const domain::Fleet& fleet);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_CONTROL_STORE_H_
