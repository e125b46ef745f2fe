// Limits as rows.
#ifndef FLEET_COMMON_STORE_LIMIT_ROWS_H_
#define FLEET_COMMON_STORE_LIMIT_ROWS_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/limits.h"

namespace fleet::store {

// Those in force, as the transaction sees them.
absl::StatusOr<domain::Limits> ReadLimits(database::Transaction& transaction);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_LIMIT_ROWS_H_
