// How targets come to a fleet in parts, and how that ends: what is checked of a part, and the rows that it becomes.
#ifndef FLEET_COMMON_STORE_FLEET_PARTS_H_
#define FLEET_COMMON_STORE_FLEET_PARTS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/caller.h"
#include "common/domain/fleet.h"
#include "common/store/fleet_admission.h"

namespace fleet::store {

// One of the parts that a fleet with open_targets gets after its submission.
struct NewPart {
  domain::Ulid fleet_id;
  int32_t part = 0;
  std::string fingerprint;  // of its targets; compared when it comes again
  std::vector<NewTarget> targets;
  // What is wrong with it by the fleet's workflow and parameters. Not asked of one that comes again; none: nothing.
  std::function<absl::Status(const std::string& definition, const domain::Parameters& parameters)> accept;
};

// Adds the part behind those that came before it; whether the fleet had it already: that is answered before any other
// check, whatever has become of the fleet. All or nothing. Returns kNotFound, kAlreadyExists PART_REUSED,
// kFailedPrecondition FLEET_SEALED, FLEET_ALREADY_ENDED, FLEET_CANCELLING or REPO_NOT_ONBOARDED, kInvalidArgument for a
// repository that the fleet has, DUPLICATE_CLONE_URL or as the part's `accept` says, kResourceExhausted TARGETS_LIMIT.
absl::StatusOr<bool> AddPart(database::Transaction& transaction, const domain::Caller& caller, const NewPart& part);

// Ends the adding: the fleet is expanded now. Does nothing to a fleet that is sealed. `total`: how many targets it must
// have. Returns kNotFound, kFailedPrecondition TARGETS_DIFFER, NO_TARGETS, FLEET_ALREADY_ENDED or FLEET_CANCELLING.
absl::Status SealTargets(database::Transaction& transaction, const domain::Caller& caller, const domain::Ulid& fleet_id,
                         std::optional<int32_t> total);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_PARTS_H_
