// The workers' jobs. A step claims one with FOR UPDATE SKIP LOCKED, does a bounded piece of it, saves its cursor, and
// commits: a worker killed at any instant leaves the job where it stood, for any other worker.
#ifndef FLEET_COMMON_STORE_JOB_STORE_H_
#define FLEET_COMMON_STORE_JOB_STORE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/store/job_rows.h"
#include "common/store/jobs/job.h"
#include "common/store/jobs/job_types.h"

namespace fleet::store {

class JobStore {
 public:
  explicit JobStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Whether some job of these kinds is due. For loops that are woken for every job: one question instead of a claim for
  // each kind.
  absl::StatusOr<bool> AnyDue(const std::vector<JobKind>& kinds);

  // Runs one step of some due job of the type; nullopt if there is none. A step that fails is put off with a growing
  // delay, so that one broken job holds up no other, and its error is returned.
  absl::StatusOr<std::optional<JobStep>> RunStep(const JobType& type);
  absl::StatusOr<std::optional<JobStep>> RunStep(JobKind kind) { return RunStep(JobTypeOf(kind)); }

  // Makes the jobs of the type that nobody else makes. Returns how many.
  absl::StatusOr<int> Schedule(const JobType& type);

 private:
  absl::Status PutOff(JobKind kind, const domain::Ulid& key, const absl::Status& error);
  absl::Status GiveUp(const JobType& type, const JobClaim& claim, const absl::Status& error);

  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOB_STORE_H_
