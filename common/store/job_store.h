// The steps of the workers' jobs. A step claims one job with FOR UPDATE SKIP LOCKED, does a bounded piece of it, saves
// its cursor, and commits: a worker killed at any instant leaves the job where it stood, for any other worker.
#ifndef FLEET_COMMON_STORE_JOB_STORE_H_
#define FLEET_COMMON_STORE_JOB_STORE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/database/transaction.h"
#include "common/store/job_rows.h"

namespace fleet::store {

struct JobStep {
  domain::Ulid fleet_id;
  int32_t children = 0;  // that came into being or moved
  bool finished = false;
};

class JobStore {
 public:
  explicit JobStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Each runs one step of some due job of its kind; nullopt if there is none. A step that fails is put off with a
  // growing delay, so that one broken fleet holds up no other, and its error is returned.

  // Inserts the next chunk of a fleet's children. A row that is there but disagrees fails the fleet.
  absl::StatusOr<std::optional<JobStep>> ExpandStep();
  // Cancels queued children of a cancelled fleet, by ordinal.
  absl::StatusOr<std::optional<JobStep>> SweepStep();
  // After the grace time: fences off and cancels children that are active still.
  absl::StatusOr<std::optional<JobStep>> EndStragglersStep();

 private:
  struct Claim {
    domain::Ulid fleet_id;
    int32_t cursor = 0;
  };
  using Step = absl::StatusOr<JobStep> (*)(database::Transaction&, const Claim&);
  absl::StatusOr<std::optional<JobStep>> RunStep(JobKind kind, Step step);
  absl::Status PutOff(JobKind kind, const domain::Ulid& fleet_id, const absl::Status& error);
  absl::Status FailExpansion(const domain::Ulid& fleet_id, const absl::Status& error);

  static absl::StatusOr<JobStep> Expand(database::Transaction& transaction, const Claim& claim);
  static absl::StatusOr<JobStep> Sweep(database::Transaction& transaction, const Claim& claim);
  static absl::StatusOr<JobStep> EndStragglers(database::Transaction& transaction, const Claim& claim);

  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOB_STORE_H_
