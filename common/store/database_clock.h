// The one clock that decides in the stores: PostgreSQL's.
#ifndef FLEET_COMMON_STORE_DATABASE_CLOCK_H_
#define FLEET_COMMON_STORE_DATABASE_CLOCK_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/transaction.h"

namespace fleet::store {

// Now, not when the transaction began: after a wait for locks that can be long ago.
absl::StatusOr<absl::Time> ReadClock(database::Transaction& transaction);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_DATABASE_CLOCK_H_
