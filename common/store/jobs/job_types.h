// Every kind of job that workers do, one row a kind. To add one: its number in JobKind, a file beside this one with its
// step, a row in job_types.cc; metrics, hints and the workers' loops follow from the row.
#ifndef FLEET_COMMON_STORE_JOBS_JOB_TYPES_H_
#define FLEET_COMMON_STORE_JOBS_JOB_TYPES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/store/job_rows.h"
#include "common/store/jobs/job.h"

namespace fleet::store {

// Jobs of different loops never wait for one another; those of one loop take turns.
enum class JobLoop { kFanOut, kClosing, kUpkeep };

struct JobType {
  JobKind kind;
  const char* name;  // in metrics and logs
  JobLoop loop;
  // Does one bounded piece in the claim's transaction.
  absl::StatusOr<JobStep> (*step)(database::Transaction& transaction, const JobClaim& claim);
  // Whom a step may concern: hints on these channels name the job's key.
  std::vector<const char*> channels;
  // Answers kDataLoss for good, in a transaction of its own that drops the job. nullptr: it is put off like any error.
  absl::Status (*give_up)(database::Transaction& transaction, const JobClaim& claim,
                          const absl::Status& error) = nullptr;
  // Makes jobs that no other transaction makes: every worker asks every two seconds. Returns how many. nullptr: none.
  absl::StatusOr<int> (*schedule)(database::Transaction& transaction) = nullptr;
  // What the log says when a job is done. nullptr: nothing.
  const char* done_event = nullptr;
};

const std::vector<JobType>& AllJobTypes();
const JobType& JobTypeOf(JobKind kind);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_JOB_TYPES_H_
