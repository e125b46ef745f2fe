// What operators did: one row an action, written in the transaction that does it.
#ifndef FLEET_COMMON_STORE_AUDIT_ROWS_H_
#define FLEET_COMMON_STORE_AUDIT_ROWS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "common/database/transaction.h"
#include "common/domain/ulid.h"

namespace fleet::store {

struct AuditEntry {
  std::string actor;
  std::string action;     // the method: "PauseFleet"
  domain::Ulid fleet_id;  // none: not about one fleet
  std::string subject;    // what of it: a repository, a limit
  // By name, as text; stored as JSON objects.
  std::map<std::string, std::string> before;
  std::map<std::string, std::string> after;
};

absl::Status InsertAudit(database::Transaction& transaction, const AuditEntry& entry);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_AUDIT_ROWS_H_
