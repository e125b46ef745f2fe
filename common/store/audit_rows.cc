#include "common/store/audit_rows.h"

#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

constexpr database::Statement kInsertAudit{"insert_audit", R"sql(
  insert into audit_events (actor, action, fleet_id, subject, before, after) values ($1, $2, $3, $4, $5, $6)
)sql"};

}  // namespace

absl::Status InsertAudit(database::Transaction& transaction, const AuditEntry& entry) {
  const database::Value fleet_id =
      entry.fleet_id.IsNone() ? database::Value::Null() : database::Value(entry.fleet_id.ToUuid());
  return transaction
      .Execute(kInsertAudit, {entry.actor, entry.action, fleet_id, entry.subject, EncodeParameters(entry.before),
                              EncodeParameters(entry.after)})
      .status();
}

}  // namespace fleet::store
