#include "common/store/audit_store.h"

#include <limits>

#include "common/database/transaction.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_store.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

#define FLEET_AUDIT_COLUMNS "event_id, " FLEET_MICROS("at") ", actor, action, fleet_id, subject, before, after"

constexpr Statement kListAudit{"list_audit", "select " FLEET_AUDIT_COLUMNS
                                             " from audit_events where event_id < $1 order by event_id desc limit $2"};

constexpr Statement kListAuditOfFleet{"list_audit_of_fleet", "select " FLEET_AUDIT_COLUMNS
                                                             " from audit_events where fleet_id = $3 and event_id < $1"
                                                             " order by event_id desc limit $2"};

constexpr Statement kIsFleet{"is_fleet", "select from fleets where fleet_id = $1"};

AuditRecord ReadAudit(RowReader row) {
  AuditRecord record;
  record.event_id = row.BigInt();
  record.at = row.Time();
  record.actor = row.Text();
  record.action = row.Text();
  record.fleet_id = ReadUlid(row);
  record.subject = row.Text();
  record.before = row.Text();
  record.after = row.Text();
  return record;
}

}  // namespace

absl::StatusOr<std::vector<AuditRecord>> AuditStore::List(const domain::Caller&, const domain::Ulid& fleet_id,
                                                          int64_t before_id, int32_t limit) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<AuditRecord>> {
    transaction.RollBackInstead();
    const int64_t end = before_id == 0 ? std::numeric_limits<int64_t>::max() : before_id;
    FLEET_ASSIGN_OR_RETURN(const Rows rows,
                           fleet_id.IsNone() ? transaction.Execute(kListAudit, {end, limit})
                                             : transaction.Execute(kListAuditOfFleet, {end, limit, fleet_id.ToUuid()}));
    std::vector<AuditRecord> records;
    for (const RowReader& row : rows) records.push_back(ReadAudit(row));
    if (records.empty() && !fleet_id.IsNone()) {
      FLEET_ASSIGN_OR_RETURN(const Rows fleets, transaction.Execute(kIsFleet, {fleet_id.ToUuid()}));
      if (fleets.empty()) return FleetNotFound(fleet_id);
    }
    return records;
  });
}

}  // namespace fleet::store
