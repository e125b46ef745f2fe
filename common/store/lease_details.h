// What a runner needs to execute leased children, besides their fleets' intents.
#ifndef FLEET_COMMON_STORE_LEASE_DETAILS_H_
#define FLEET_COMMON_STORE_LEASE_DETAILS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/identifiers.h"

namespace fleet::store {

struct TaskDetails {
  int32_t generation = 1;
  std::string repo;
  std::string clone_url;
  std::string default_branch;
  std::string commit;      // of the child's earlier attempts; empty for none
  std::string parameters;  // JSON object; empty for none
};

// Of the children given, in their order; one that does not exist is left out.
absl::StatusOr<std::vector<TaskDetails>> ReadDetails(database::Transaction& transaction,
                                                     const std::vector<domain::TaskId>& tasks);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_LEASE_DETAILS_H_
