// The gate that whoever hands out slots, or changes how many there are, goes through one at a time.
#ifndef FLEET_COMMON_STORE_DISPATCH_GATE_H_
#define FLEET_COMMON_STORE_DISPATCH_GATE_H_

#include "absl/status/status.h"
#include "common/database/transaction.h"

namespace fleet::store {

// Before any other lock of the transaction: docs/architecture.md has their order.
absl::Status LockDispatchGate(database::Transaction& transaction);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_DISPATCH_GATE_H_
