// Fleets that ended and are to be told of in traces.
#ifndef FLEET_COMMON_STORE_TRACE_ROWS_H_
#define FLEET_COMMON_STORE_TRACE_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "common/database/transaction.h"
#include "common/domain/ulid.h"

namespace fleet::store {

// In the transaction that ended them, after their rows were written.
absl::Status InsertTraces(database::Transaction& transaction, const std::vector<domain::Ulid>& fleet_ids);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TRACE_ROWS_H_
