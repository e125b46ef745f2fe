// Enqueues the children of an accepted fleet, a chunk of its targets a step.
#ifndef FLEET_COMMON_STORE_JOBS_EXPANSION_H_
#define FLEET_COMMON_STORE_JOBS_EXPANSION_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/store/jobs/job.h"

namespace fleet::store {

// The cursor is the chunk. A row that is there but disagrees with the targets is kDataLoss.
absl::StatusOr<JobStep> ExpandStep(database::Transaction& transaction, const JobClaim& claim);

// Ends a fleet whose targets and children disagree: no further step would mend that.
absl::Status FailExpansion(database::Transaction& transaction, const JobClaim& claim, const absl::Status& error);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_EXPANSION_H_
