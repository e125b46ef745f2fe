// Children as rows: read and written by primary key, a batch at a time.
//
// Who decides by what is read, or writes, holds the fleets' locks, through FleetLedger. Reports alone write children
// first and lock their fleets last; they hold children that are active, and wait for the fleet. So whoever has the
// fleet and writes an active child claims it first (ClaimActiveTasks), and never waits for it: docs/architecture.md
// proves that nobody then waits in a circle.
#ifndef FLEET_COMMON_STORE_TASK_ROWS_H_
#define FLEET_COMMON_STORE_TASK_ROWS_H_

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/database/transaction.h"
#include "common/domain/task.h"

namespace fleet::store {

struct TaskBatch {
  absl::Time now;  // the database's clock, read with the rows
  std::map<domain::TaskId, domain::Task> tasks;
};

// Children that do not exist are left out.
absl::StatusOr<TaskBatch> LoadTasks(database::Transaction& transaction, const std::vector<domain::TaskId>& ids);
// Locks and reads those of the children that are active and that nobody else has locked; waits for none. Children that
// it leaves out may be locked nevertheless: unless their fleets are locked, the transaction must end then, and wait for
// nothing before.
absl::StatusOr<TaskBatch> ClaimActiveTasks(database::Transaction& transaction, const std::vector<domain::TaskId>& ids);
// Waits, in a transaction of its own, until nobody has the child locked. The caller holds nothing meanwhile.
absl::Status AwaitTask(database::ConnectionPool& pool, const domain::TaskId& id);
// Children of one fleet with ordinals first to last.
absl::StatusOr<TaskBatch> LoadTaskRange(database::Transaction& transaction, const domain::Ulid& fleet_id, int32_t first,
                                        int32_t last);

// Writes what AfterReport and its like change; each child at most once. A child keeps its runner or loses it. Returns
// kInternal if a row is missing.
absl::Status SaveTasks(database::Transaction& transaction, const std::vector<domain::Task>& tasks);
// What SaveTasks leaves out, since few children ever have it: generation, faults, cancel_requested_at.
absl::Status SaveControls(database::Transaction& transaction, const std::vector<domain::Task>& tasks);
// The same for children that changed in their state alone: from one active state to another.
absl::Status SaveStages(database::Transaction& transaction, const std::vector<domain::Task>& tasks);

// An attempt that ended, for the record.
struct EndedAttempt {
  domain::TaskId task;
  int32_t attempt = 0;
  domain::Ulid runner_id;
  domain::TaskState state = domain::TaskState::kFailed;  // how the attempt ended; QUEUED: it was returned
  domain::FailureCategory category = domain::FailureCategory::kNone;
  domain::FailureReason reason = domain::FailureReason::kUnspecified;
  int32_t generation = 1;
  std::optional<int64_t> cost_micros;
  std::optional<absl::Time> leased_at;
  absl::Time ended_at;
  domain::AttemptTexts texts;
};
absl::Status InsertAttempts(database::Transaction& transaction, const std::vector<EndedAttempt>& attempts);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TASK_ROWS_H_
