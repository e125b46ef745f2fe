// The steps of the workers' jobs. A step claims one job with FOR UPDATE SKIP LOCKED, does a bounded piece of it, saves
// its cursor, and commits: a worker killed at any instant leaves the job where it stood, for any other worker.
#ifndef FLEET_COMMON_STORE_JOB_STORE_H_
#define FLEET_COMMON_STORE_JOB_STORE_H_

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/database/transaction.h"
#include "common/store/job_rows.h"
#include "common/store/task_sweeps.h"

namespace fleet::store {

class JobStore {
 public:
  // `cancel_grace`: what runners have to confirm that they stopped children of a fleet past its deadline.
  explicit JobStore(database::ConnectionPool& pool, absl::Duration cancel_grace = absl::Seconds(30))
      : pool_(pool), cancel_grace_(cancel_grace) {}

  // Whether some job of these kinds is due. For loops that are woken for every job: one question instead of a claim for
  // each kind.
  absl::StatusOr<bool> AnyDue(std::initializer_list<JobKind> kinds);

  // Each runs one step of some due job of its kind; nullopt if there is none. A step that fails is put off with a
  // growing delay, so that one broken fleet holds up no other, and its error is returned.

  // Inserts the next chunk of a fleet's children. A row that is there but disagrees fails the fleet.
  absl::StatusOr<std::optional<JobStep>> ExpandStep();
  // Ends queued children of a fleet that was cancelled or is past its deadline, by ordinal.
  absl::StatusOr<std::optional<JobStep>> SweepStep();
  // After the grace time: fences off and ends children that are active still.
  absl::StatusOr<std::optional<JobStep>> EndStragglersStep();
  // Returns ended children that RetryFleet chose to the queue, by ordinal.
  absl::StatusOr<std::optional<JobStep>> RedriveStep();
  // Closes a fleet whose deadline has passed.
  absl::StatusOr<std::optional<JobStep>> DeadlineStep();
  // Fails children that have waited longer than the limit queue_age_seconds.
  absl::StatusOr<std::optional<JobStep>> QueueAgeStep();
  // Makes a job for every fleet in which some child may have waited too long. Returns how many; 0 if there is no limit.
  absl::StatusOr<int> ScheduleQueueAge();

 private:
  struct Claim {
    domain::Ulid fleet_id;
    int32_t cursor = 0;
  };
  using Step = std::function<absl::StatusOr<JobStep>(database::Transaction&, const Claim&)>;
  absl::StatusOr<std::optional<JobStep>> RunStep(JobKind kind, const Step& step);
  absl::Status PutOff(JobKind kind, const domain::Ulid& fleet_id, const absl::Status& error);
  absl::Status FailExpansion(const domain::Ulid& fleet_id, const absl::Status& error);

  static absl::StatusOr<JobStep> Expand(database::Transaction& transaction, const Claim& claim);
  static absl::StatusOr<JobStep> Sweep(database::Transaction& transaction, const Claim& claim);
  static absl::StatusOr<JobStep> EndStragglers(database::Transaction& transaction, const Claim& claim);
  absl::StatusOr<JobStep> PassDeadline(database::Transaction& transaction, const Claim& claim) const;

  database::ConnectionPool& pool_;
  const absl::Duration cancel_grace_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOB_STORE_H_
