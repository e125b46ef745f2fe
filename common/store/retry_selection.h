// Which children of a fleet a retry takes.
#ifndef FLEET_COMMON_STORE_RETRY_SELECTION_H_
#define FLEET_COMMON_STORE_RETRY_SELECTION_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/task.h"
#include "common/domain/ulid.h"

namespace fleet::store {

// Those that have ended and match every list that is not empty.
struct RetrySelection {
  std::set<int32_t> states;
  std::set<int32_t> categories;
  std::set<std::string> fingerprints;
  std::set<std::string> repo_keys;
};

// Of the children with ordinals first to last, in their order.
absl::StatusOr<std::vector<domain::Task>> SelectTasks(database::Transaction& transaction, const domain::Ulid& fleet_id,
                                                      const RetrySelection& selection, int32_t first, int32_t last);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_RETRY_SELECTION_H_
