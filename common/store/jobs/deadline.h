// Closes a fleet whose deadline has passed.
#ifndef FLEET_COMMON_STORE_JOBS_DEADLINE_H_
#define FLEET_COMMON_STORE_JOBS_DEADLINE_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/store/jobs/job.h"

namespace fleet::store {

// Keeps the job if the deadline was put off since it became due.
absl::StatusOr<JobStep> DeadlineStep(database::Transaction& transaction, const JobClaim& claim);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_DEADLINE_H_
