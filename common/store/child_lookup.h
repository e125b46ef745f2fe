// Which child of a fleet is a repository's.
#ifndef FLEET_COMMON_STORE_CHILD_LOOKUP_H_
#define FLEET_COMMON_STORE_CHILD_LOOKUP_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/database/transaction.h"
#include "common/domain/ulid.h"

namespace fleet::store {

// The ordinal of the child of `repo`, in any spelling. Returns kNotFound with reason TASK_NOT_FOUND (the fleet has
// none), or TASK_NOT_ENQUEUED (it may have one once all of its children are enqueued).
absl::StatusOr<int32_t> FindOrdinal(database::Transaction& transaction, const domain::Ulid& fleet_id,
                                    absl::string_view repo);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_CHILD_LOOKUP_H_
