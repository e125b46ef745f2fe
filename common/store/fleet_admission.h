// How fleets come in: what is checked of a submission, and the rows that it becomes.
#ifndef FLEET_COMMON_STORE_FLEET_ADMISSION_H_
#define FLEET_COMMON_STORE_FLEET_ADMISSION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/caller.h"
#include "common/domain/fleet.h"
#include "common/domain/identifiers.h"
#include "common/domain/limits.h"

namespace fleet::store {

struct NewTarget {
  std::string repo;
  std::string parameters;  // JSON object; empty for none
};

// What the definition of a workflow, which is opaque here, says of the fleets that have it.
struct WorkflowTerms {
  std::string pool;  // of a fleet that names none; empty: the workflow names none either
};

struct NewFleet {
  domain::Ulid id;
  std::string request_id;           // empty: none
  std::string request_fingerprint;  // of the payload; compared on a replay
  std::string pool;                 // empty: the workflow's, or else kDefaultPool
  domain::WorkflowRef workflow;
  std::string branch;  // as asked for; empty: the usual one
  std::string task_description;
  domain::Parameters parameters;
  bool replace_branch = false;
  std::vector<NewTarget> targets;
  bool open_targets = false;   // more of them come in parts (fleet_parts.h)
  std::string traceparent;     // see domain::Fleet; no part of the fingerprint
  domain::FleetPolicy policy;  // max_concurrency 0: the limit's default
  // What its workflow says of it, or what is wrong with it by that. Not asked of a replay; none: nothing.
  std::function<absl::StatusOr<WorkflowTerms>(const std::string& definition)> accept;
};

// Children a fan-out step inserts, and targets a chunk holds.
inline constexpr int32_t kTargetChunk = 5000;

struct Admitted {
  domain::Ulid fleet_id;
  bool replayed = false;  // an earlier submission's; nothing was stored
};
// Stores the fleet, or says why not. A replay of (caller, request_id) is answered before any other check. Returns
// kAlreadyExists REQUEST_ID_REUSED, kInvalidArgument WORKFLOW_NOT_FOUND, DUPLICATE_CLONE_URL, for a deadline that has
// passed or as the fleet's `accept` says, kFailedPrecondition REPO_NOT_ONBOARDED or WORKFLOW_WITHDRAWN,
// kResourceExhausted TARGETS_LIMIT, SUBMIT_RATE_LIMIT or OPEN_FLEETS_LIMIT.
absl::StatusOr<Admitted> Admit(database::Transaction& transaction, const domain::Caller& caller, const NewFleet& fleet);

// Behind which of its fleet's targets others go: the next number of a chunk, and the last ordinal.
struct TargetPlace {
  int32_t chunk = 0;
  int32_t after = 0;
};
// Freezes targets, named as registered; whether some have parameters of their own. Returns kInvalidArgument
// DUPLICATE_CLONE_URL, kFailedPrecondition REPO_NOT_ONBOARDED.
absl::StatusOr<bool> InsertTargets(database::Transaction& transaction, const domain::Ulid& fleet_id,
                                   const std::vector<NewTarget>& targets, const TargetPlace& place);
// Of all the targets of a fleet. Returns kResourceExhausted TARGETS_LIMIT.
absl::Status CheckTargetCount(int64_t count, const domain::Limits& limits);

// What a retry passes as a new fleet does: the submit rate, and, if its fleet has ended and is to be open again, the
// limits of open fleets. Returns kResourceExhausted, and the caller rolls back. Locks: the user, then the limit of open
// fleets until the end of the transaction, so call it before a fleet is locked and after a look for a replay behind
// LockUser.
absl::Status AdmitRetry(database::Transaction& transaction, const std::string& creator, bool is_reopened);
struct ResolvedWorkflow {
  std::string version;
  std::string definition;
};
// The version that a fleet is pinned to: the highest applied one that was not withdrawn if the reference names none.
// Returns kInvalidArgument WORKFLOW_NOT_FOUND, kFailedPrecondition WORKFLOW_WITHDRAWN.
absl::StatusOr<ResolvedWorkflow> ResolveWorkflow(database::Transaction& transaction,
                                                 const domain::WorkflowRef& workflow);
// Submissions of one user are decided one after the other.
absl::Status LockUser(database::Transaction& transaction, const std::string& user);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_ADMISSION_H_
