// Fails children that have waited longer than the limit queue_age_seconds.
#ifndef FLEET_COMMON_STORE_JOBS_QUEUE_AGE_H_
#define FLEET_COMMON_STORE_JOBS_QUEUE_AGE_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/store/jobs/job.h"

namespace fleet::store {

absl::StatusOr<JobStep> QueueAgeStep(database::Transaction& transaction, const JobClaim& claim);
// Makes a job for every fleet in which some child may have waited too long. Returns how many; 0 without a limit.
absl::StatusOr<int> ScheduleQueueAge(database::Transaction& transaction);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_QUEUE_AGE_H_
