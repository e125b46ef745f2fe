// Ends the children of a fleet that is being brought to its end: cancelled, past its deadline, or broken.
#ifndef FLEET_COMMON_STORE_JOBS_CLOSING_H_
#define FLEET_COMMON_STORE_JOBS_CLOSING_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/store/jobs/job.h"

namespace fleet::store {

// Queued children, by ordinal.
absl::StatusOr<JobStep> SweepStep(database::Transaction& transaction, const JobClaim& claim);
// After the grace time: fences off and ends children that are active still.
absl::StatusOr<JobStep> EndStragglersStep(database::Transaction& transaction, const JobClaim& claim);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_CLOSING_H_
