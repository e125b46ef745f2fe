#include "common/store/fleet_ledger.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/domain/after_batch.h"
#include "common/domain/fleet_trace.h"
#include "common/domain/task_transitions.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_columns.h"
#include "common/store/row_codec.h"
#include "common/store/trace_rows.h"

namespace fleet::store {
namespace {

using database::Array;
using database::Statement;
using database::Value;

// NO KEY UPDATE: nothing refers to fleets by key. Sorted before it locks, so that all lock in one order.
const Statement& LockFleets() {
  static const std::string& kSql =
      *new std::string(absl::StrCat("select " FLEET_MICROS("clock_timestamp()") ", ", FleetSelectList(),
                                    " from fleets f where f.fleet_id = any($1::uuid[])"
                                    " order by f.fleet_id for no key update"));
  static const Statement kStatement{"lock_fleets", kSql.c_str()};
  return kStatement;
}

const Statement& WriteHot() {
  static const std::string& kSql = *new std::string(UpdateFleetsSql(ColumnGroup::kHot));
  static const Statement kStatement{"write_fleets", kSql.c_str()};
  return kStatement;
}

const Statement& WriteControls() {
  static const std::string& kSql = *new std::string(UpdateFleetsSql(ColumnGroup::kControl));
  static const Statement kStatement{"write_controls", kSql.c_str()};
  return kStatement;
}

constexpr Statement kInsertChange{"insert_change", R"sql(
  insert into fleet_changes (fleet_id, revision, first_ordinal, last_ordinal, ordinals)
  values ($1, $2, $3, $4, $5)
)sql"};

// A run of neighbours is stored as its ends, in 8 bytes instead of 4 a child.
bool IsRun(const std::vector<int32_t>& sorted) {
  return sorted.back() - sorted.front() + 1 == static_cast<int32_t>(sorted.size());
}

}  // namespace

absl::StatusOr<FleetLedger> FleetLedger::Lock(database::Transaction& transaction, std::vector<domain::Ulid> fleet_ids) {
  std::sort(fleet_ids.begin(), fleet_ids.end());
  fleet_ids.erase(std::unique(fleet_ids.begin(), fleet_ids.end()), fleet_ids.end());
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows, transaction.Execute(LockFleets(), {UuidArray(fleet_ids)}));
  FleetLedger ledger;
  for (database::RowReader row : rows) {
    const absl::Time read_at = row.Time();
    domain::Fleet fleet = ReadFleet(row);
    Entry& entry = ledger.entries_[fleet.id];
    entry.read_at = read_at;
    entry.before = fleet;
    entry.fleet = std::move(fleet);
  }
  return ledger;
}

domain::Fleet* FleetLedger::Find(const domain::Ulid& fleet_id) {
  const auto entry = entries_.find(fleet_id);
  return entry == entries_.end() ? nullptr : &entry->second.fleet;
}

void FleetLedger::Record(const domain::Task& before, const domain::Task& after) {
  Entry& entry = entries_.at(before.id.fleet_id);
  domain::Move(entry.fleet.rollup, before, after);
  moves_.Count(before, after);
  if (before.state == domain::TaskState::kQueued && domain::IsActive(after.state))
    moves_.CountLease(entry.before, before, entry.read_at);
  if (after.state == domain::TaskState::kQueued && after.retry_at.has_value()) {
    entry.fleet.next_retry_at = std::min(entry.fleet.next_retry_at.value_or(*after.retry_at), *after.retry_at);
  }
  entry.ordinals.push_back(before.id.ordinal);
}

void FleetLedger::RecordCreated(domain::Fleet& fleet, int32_t first, int32_t last, domain::TaskState state) {
  Entry& entry = entries_.at(fleet.id);
  const int32_t count = last - first + 1;
  fleet.rollup.expanded += count;
  fleet.rollup.states[static_cast<std::size_t>(state)] += count;
  if (state == domain::TaskState::kTimedOut) {
    fleet.rollup.categories[static_cast<std::size_t>(domain::FailureCategory::kTimeout)] += count;
  }
  if (domain::IsTerminal(state)) moves_.ended[static_cast<std::size_t>(state)] += count;
  entry.range = {first, last};
}

bool FleetLedger::Entry::HasChanged() const {
  return range.has_value() || !ordinals.empty() || Differ(before, fleet, ColumnGroup::kControl);
}

bool FleetLedger::HasChanges() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) { return entry.second.HasChanged(); });
}

absl::Status FleetLedger::Write(database::Transaction& transaction) {
  std::vector<Entry*> changed;
  std::vector<const domain::Fleet*> fleets;
  std::vector<const domain::Fleet*> controlled;
  std::vector<domain::Ulid> traced;
  for (auto& [id, entry] : entries_) {
    if (!entry.HasChanged()) continue;
    if (domain::AfterBatch(entry.before, entry.fleet).ended) {
      ended_.push_back(id);
      if (domain::IsSampled(entry.fleet.traceparent)) traced.push_back(id);
      moves_.CountEnd(entry.fleet, entry.read_at);
    }
    changed.push_back(&entry);
    fleets.push_back(&entry.fleet);
    if (Differ(entry.before, entry.fleet, ColumnGroup::kControl)) controlled.push_back(&entry.fleet);
  }
  if (changed.empty()) return absl::OkStatus();
  if (!controlled.empty()) {
    FLEET_RETURN_IF_ERROR(
        transaction.Execute(WriteControls(), FleetArrays(controlled, ColumnGroup::kControl)).status());
  }
  FLEET_RETURN_IF_ERROR(transaction.Execute(WriteHot(), FleetArrays(fleets, ColumnGroup::kHot)).status());
  for (Entry* entry : changed) FLEET_RETURN_IF_ERROR(InsertChange(transaction, *entry));
  if (!traced.empty()) FLEET_RETURN_IF_ERROR(InsertTraces(transaction, traced));
  transaction.Note(std::make_unique<const FleetMoves>(std::exchange(moves_, {})));
  return absl::OkStatus();
}

absl::Status FleetLedger::InsertChange(database::Transaction& transaction, Entry& entry) {
  Value first = Value::Null();
  Value last = Value::Null();
  Value list = Value::Null();
  std::sort(entry.ordinals.begin(), entry.ordinals.end());
  if (entry.range.has_value()) {
    first = entry.range->first;
    last = entry.range->second;
  } else if (!entry.ordinals.empty() && IsRun(entry.ordinals)) {
    first = entry.ordinals.front();
    last = entry.ordinals.back();
  } else if (!entry.ordinals.empty()) {
    Array ordinals;
    for (const int32_t ordinal : entry.ordinals) ordinals.Add(int64_t{ordinal});
    list = ordinals;
  }
  return transaction.Execute(kInsertChange, {entry.fleet.id.ToUuid(), entry.fleet.revision, first, last, list})
      .status();
}

}  // namespace fleet::store
