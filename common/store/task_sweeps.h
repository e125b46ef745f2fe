// Steps of jobs that go through a fleet's children by ordinal, a bounded range a step. Each locks the fleet itself; the
// caller holds the job.
#ifndef FLEET_COMMON_STORE_TASK_SWEEPS_H_
#define FLEET_COMMON_STORE_TASK_SWEEPS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/task.h"

namespace fleet::store {

// One step of a job.
struct JobStep {
  domain::Ulid fleet_id;
  int32_t children = 0;  // that came into being or moved
  bool finished = false;
  bool kept = false;  // the job waits for its time as it stands
};

// Children that a step looks at: those after the cursor.
inline constexpr int32_t kTaskSweepStep = 1000;

// Ends those children of a closing fleet that `applies` to. Nothing is left to do if it is not closing.
absl::StatusOr<JobStep> CloseRange(database::Transaction& transaction, const domain::Ulid& fleet_id, int32_t cursor,
                                   bool (*applies)(domain::TaskState));

// Returns the children that the fleet's newest generation chose to the queue; the last step ends the redrive.
absl::StatusOr<JobStep> Redrive(database::Transaction& transaction, const domain::Ulid& fleet_id, int32_t cursor);

// Fails children that have waited longer than the limit queue_age_seconds.
absl::StatusOr<JobStep> FailAged(database::Transaction& transaction, const domain::Ulid& fleet_id, int32_t cursor);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TASK_SWEEPS_H_
