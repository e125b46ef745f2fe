#include "common/store/dispatch_gate.h"

namespace fleet::store {
namespace {

constexpr database::Statement kLockGate{"lock_gate", "select only_row from dispatch_gate for update"};

}  // namespace

absl::Status LockDispatchGate(database::Transaction& transaction) { return transaction.Execute(kLockGate).status(); }

}  // namespace fleet::store
