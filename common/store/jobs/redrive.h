// Returns ended children that RetryFleet chose to the queue.
#ifndef FLEET_COMMON_STORE_JOBS_REDRIVE_H_
#define FLEET_COMMON_STORE_JOBS_REDRIVE_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/store/jobs/job.h"

namespace fleet::store {

// By ordinal, those that the fleet's newest generation chose; the last step ends the redrive.
absl::StatusOr<JobStep> RedriveStep(database::Transaction& transaction, const JobClaim& claim);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_REDRIVE_H_
