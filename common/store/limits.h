// The limits in force.
#ifndef FLEET_COMMON_STORE_LIMITS_H_
#define FLEET_COMMON_STORE_LIMITS_H_

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/limits.h"

namespace fleet::store {

absl::StatusOr<domain::Limits> ReadLimits(database::Transaction& transaction);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_LIMITS_H_
