// Jobs: what workers claim. Writing one is part of the transaction that makes it necessary.
#ifndef FLEET_COMMON_STORE_JOB_ROWS_H_
#define FLEET_COMMON_STORE_JOB_ROWS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/database/transaction.h"
#include "common/domain/ulid.h"

namespace fleet::store {

// Stored: never renumber.
enum class JobKind { kExpand = 1, kSweep = 2, kEndStragglers = 3 };

// Does nothing if the fleet has that job already.
absl::Status InsertJob(database::Transaction& transaction, const domain::Ulid& fleet_id, JobKind kind,
                       absl::Duration delay);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOB_ROWS_H_
