// RetryFleet, called a redrive in here to tell it from the retries of single children: a new generation of a fleet, for
// children that have ended. The transaction opens the fleet again and leaves the moving of its children to a worker
// (jobs/redrive.h).
#ifndef FLEET_COMMON_STORE_REDRIVE_STORE_H_
#define FLEET_COMMON_STORE_REDRIVE_STORE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/database/transaction.h"
#include "common/domain/caller.h"
#include "common/domain/fleet.h"
#include "common/store/fleet_store.h"

namespace fleet::store {

// A child that goes again, with the names of the parameters of its own.
struct RetriedChild {
  std::string repo;
  std::vector<std::string> parameter_names;
};
// Reads those that were chosen, and hands over one after the other: a fleet may have a million. Null if no child of the
// fleet has parameters of its own.
using ReadRetried = std::function<absl::Status(const std::function<void(const RetriedChild&)>& take)>;

struct NewGeneration {
  domain::Ulid fleet_id;
  std::string request_id;           // empty: none
  std::string request_fingerprint;  // of the payload; compared on a replay
  // Which children: those that match every list that is not empty. `states` is not empty.
  std::vector<domain::TaskState> states;
  std::vector<domain::FailureCategory> categories;
  std::vector<std::string> fingerprints;
  std::vector<std::string> repos;
  // What is new; absent: as in the generation before.
  std::optional<domain::WorkflowRef> workflow;
  std::optional<std::string> task_description;
  std::optional<domain::Parameters> parameters;
  bool replace_branch = false;  // for this generation alone
  // What is wrong with the fleet's parameters and its children's by the definition of its workflow, if either is new;
  // none: nothing. A child that ends only while a worker moves the chosen ones is not looked at.
  std::function<absl::Status(const std::string& definition, const domain::Parameters& parameters,
                             const ReadRetried& read)>
      accept;
};

class RedriveStore {
 public:
  explicit RedriveStore(database::ConnectionPool& pool) : pool_(pool) {}

  // A replay of (caller, request_id) is answered before any other check. Returns kNotFound; kAlreadyExists
  // REQUEST_ID_REUSED; kInvalidArgument WORKFLOW_NOT_FOUND, for a repository without a child or as `accept` says;
  // kFailedPrecondition FLEET_CANCELLING, RETRY_IN_PROGRESS, EXPANSION_FAILED or NOTHING_TO_RETRY; kResourceExhausted
  // OPEN_FLEETS_LIMIT or SUBMIT_RATE_LIMIT.
  absl::StatusOr<FleetStore::Created> Redrive(const domain::Caller& caller, const NewGeneration& request);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_REDRIVE_STORE_H_
