// Jobs: what workers claim. Writing one is part of the transaction that makes it necessary.
#ifndef FLEET_COMMON_STORE_JOB_ROWS_H_
#define FLEET_COMMON_STORE_JOB_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/database/transaction.h"
#include "common/domain/ulid.h"

namespace fleet::store {

// Stored: never renumber.
enum class JobKind {
  kExpand = 1,
  kSweep = 2,
  kEndStragglers = 3,
  kRedrive = 4,
  kDeadline = 5,
  kQueueAge = 6,
  kSealDeadline = 7
};

// Does nothing if the fleet has that job already.
absl::Status InsertJob(database::Transaction& transaction, const domain::Ulid& fleet_id, JobKind kind,
                       absl::Duration delay);

// Makes the job due at `time`, whether or not the fleet has it.
absl::Status ScheduleJob(database::Transaction& transaction, const domain::Ulid& fleet_id, JobKind kind,
                         absl::Time time);
// Does nothing if the fleet has no such job. Waits for a worker that is at it. Before the fleet's lock: jobs come
// first.
absl::Status DropJobs(database::Transaction& transaction, const domain::Ulid& fleet_id,
                      const std::vector<JobKind>& kinds);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOB_ROWS_H_
