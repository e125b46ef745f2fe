// Ends a fleet that was not sealed in time.
#ifndef FLEET_COMMON_STORE_JOBS_SEAL_DEADLINE_H_
#define FLEET_COMMON_STORE_JOBS_SEAL_DEADLINE_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/store/jobs/job.h"

namespace fleet::store {

// It fails at once: it has no child to end.
absl::StatusOr<JobStep> SealDeadlineStep(database::Transaction& transaction, const JobClaim& claim);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_SEAL_DEADLINE_H_
