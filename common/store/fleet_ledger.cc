#include "common/store/fleet_ledger.h"

#include <algorithm>
#include <utility>

#include "common/domain/task_transitions.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::Statement;

// NO KEY UPDATE: nothing refers to fleets by key. Sorted before it locks, so that all lock in one order.
constexpr Statement kLockFleets{"lock_fleets", "select " FLEET_FLEET_COLUMNS
                                               " from fleets f where f.fleet_id = any($1::uuid[])"
                                               " order by f.fleet_id for no key update"};

constexpr Statement kWriteFleets{"write_fleets", R"sql(
  update fleets f set
    state = d.state, expanded = d.expanded, next_ordinal = d.next_ordinal,
    queued = d.queued, submitted = d.submitted, hydrating = d.hydrating, running = d.running,
    awaiting_approval = d.awaiting_approval, finalizing = d.finalizing, completed = d.completed, failed = d.failed,
    cancelled = d.cancelled, timed_out = d.timed_out,
    outcome_unspecified = d.o0, outcome_pull_request_opened = d.o1, outcome_pull_request_updated = d.o2,
    outcome_branch_pushed = d.o3, outcome_no_changes = d.o4, outcome_report_only = d.o5,
    failures_auth = d.c1, failures_network = d.c2, failures_concurrency = d.c3, failures_compute = d.c4,
    failures_agent = d.c5, failures_guardrail = d.c6, failures_config = d.c7, failures_timeout = d.c8,
    failures_blocked = d.c9, failures_unknown = d.c10,
    delayed = d.delayed, suspects = d.suspects, known_cost = d.known_cost, cost_micros = d.cost_micros,
    duration_ms = d.duration_ms, revision = d.revision,
    next_retry_at = )sql" FLEET_TIMESTAMP("d.next_retry_at") R"sql(,
    updated_at = clock_timestamp(),
    started_at = case when f.started_at is null and d.submitted > 0 then clock_timestamp() else f.started_at end,
    ended_at = case when d.state >= 6 then coalesce(f.ended_at, clock_timestamp()) end
  from unnest($1::uuid[], $2::smallint[], $3::int[], $4::int[],
      $5::int[], $6::int[], $7::int[], $8::int[], $9::int[], $10::int[], $11::int[], $12::int[], $13::int[], $14::int[],
      $15::int[], $16::int[], $17::int[], $18::int[], $19::int[], $20::int[],
      $21::int[], $22::int[], $23::int[], $24::int[], $25::int[], $26::int[], $27::int[], $28::int[], $29::int[],
      $30::int[], $31::int[], $32::int[], $33::int[], $34::bigint[], $35::bigint[], $36::bigint[], $37::bigint[])
    as d(fleet_id, state, expanded, next_ordinal,
      queued, submitted, hydrating, running, awaiting_approval, finalizing, completed, failed, cancelled, timed_out,
      o0, o1, o2, o3, o4, o5, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10,
      delayed, suspects, known_cost, cost_micros, duration_ms, revision, next_retry_at)
  where f.fleet_id = d.fleet_id
)sql"};

// What operators change, and hot steps never do: a statement of its own spares those the columns.
constexpr Statement kWriteControls{"write_controls", R"sql(
  update fleets set max_concurrency = $2, priority = $3, deadline = )sql" FLEET_TIMESTAMP("$4::bigint") R"sql(,
    cancel_mode = $5, cancelled_by = $6, pause_reasons = $7::smallint, paused = $7::smallint <> 0, paused_by = $8, expired = $9,
    queue_since = case when generation <> $10::int or (paused and $7::smallint = 0) then clock_timestamp() else queue_since end,
    generation = $10,
    retrying = $11, failure_message = $12
  where fleet_id = $1
)sql"};

constexpr Statement kInsertChange{"insert_change", R"sql(
  insert into fleet_changes (fleet_id, revision, first_ordinal, last_ordinal, ordinals)
  values ($1, $2, $3, $4, $5)
)sql"};

// The columns of kWriteFleets' counters, in its order.
struct CounterArrays {
  std::array<Array, domain::kTaskStateCount> states;
  std::array<Array, domain::kOutcomeCount> outcomes;
  std::array<Array, domain::kFailureCategoryCount> categories;

  void Add(const domain::Rollup& rollup) {
    for (std::size_t i = 0; i < states.size(); ++i) states[i].Add(int64_t{rollup.states[i]});
    for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i].Add(int64_t{rollup.outcomes[i]});
    for (std::size_t i = 0; i < categories.size(); ++i) categories[i].Add(int64_t{rollup.categories[i]});
  }
};

struct FleetArrays {
  Array ids, states, expanded, next_ordinals, delayed, suspects, known_costs, costs, durations, revisions, next_retries;
  CounterArrays counters;

  void Add(const domain::Fleet& fleet) {
    ids.AddBare(fleet.id.ToUuid());
    states.Add(static_cast<int64_t>(fleet.state));
    expanded.Add(int64_t{fleet.rollup.expanded});
    next_ordinals.Add(int64_t{fleet.next_ordinal});
    delayed.Add(int64_t{fleet.rollup.delayed});
    suspects.Add(int64_t{fleet.rollup.suspects});
    known_costs.Add(int64_t{fleet.rollup.known_cost});
    costs.Add(fleet.rollup.cost_micros);
    durations.Add(fleet.rollup.duration_ms);
    revisions.Add(fleet.revision);
    next_retries.Add(fleet.next_retry_at);
    counters.Add(fleet.rollup);
  }
};

// A run of neighbours is stored as its ends, in 8 bytes instead of 4 a child.
bool IsRun(const std::vector<int32_t>& sorted) {
  return sorted.back() - sorted.front() + 1 == static_cast<int32_t>(sorted.size());
}

absl::Status WriteControls(database::Transaction& transaction, const domain::Fleet& fleet) {
  const domain::FleetPolicy& policy = fleet.policy;
  const database::Value deadline =
      policy.deadline.has_value() ? database::Value(absl::ToUnixMicros(*policy.deadline)) : database::Value::Null();
  return transaction
      .Execute(kWriteControls,
               {fleet.id.ToUuid(), policy.max_concurrency, policy.priority, deadline,
                static_cast<int>(fleet.cancel_mode), fleet.cancelled_by, fleet.pause_reasons, fleet.paused_by,
                fleet.expired, fleet.generation, fleet.retrying, fleet.failure_message})
      .status();
}

}  // namespace

absl::StatusOr<FleetLedger> FleetLedger::Lock(database::Transaction& transaction, std::vector<domain::Ulid> fleet_ids) {
  std::sort(fleet_ids.begin(), fleet_ids.end());
  fleet_ids.erase(std::unique(fleet_ids.begin(), fleet_ids.end()), fleet_ids.end());
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows, transaction.Execute(kLockFleets, {UuidArray(fleet_ids)}));
  FleetLedger ledger;
  for (database::RowReader row : rows) {
    domain::Fleet fleet = ReadFleet(row);
    const domain::Ulid id = fleet.id;
    ledger.entries_[id].fleet = std::move(fleet);
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
  if (after.state == domain::TaskState::kQueued && after.retry_at.has_value()) {
    entry.fleet.next_retry_at = std::min(entry.fleet.next_retry_at.value_or(*after.retry_at), *after.retry_at);
  }
  entry.ordinals.push_back(before.id.ordinal);
  entry.touched = true;
}

void FleetLedger::RecordCreated(domain::Fleet& fleet, int32_t first, int32_t last, domain::TaskState state) {
  Entry& entry = entries_.at(fleet.id);
  const int32_t count = last - first + 1;
  fleet.rollup.expanded += count;
  fleet.rollup.states[static_cast<std::size_t>(state)] += count;
  if (state == domain::TaskState::kTimedOut) {
    fleet.rollup.categories[static_cast<std::size_t>(domain::FailureCategory::kTimeout)] += count;
  }
  entry.range = {first, last};
  entry.touched = true;
}

void FleetLedger::Touch(const domain::Ulid& fleet_id) {
  Entry& entry = entries_.at(fleet_id);
  entry.touched = true;
  entry.controls_changed = true;
}

bool FleetLedger::IsTouched() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) { return entry.second.touched; });
}

absl::Status FleetLedger::Write(database::Transaction& transaction) {
  FleetArrays a;
  for (auto& [id, entry] : entries_) {
    if (!entry.touched) continue;
    domain::Fleet& fleet = entry.fleet;
    ++fleet.revision;
    fleet.state = domain::DeriveState(fleet);
    if (fleet.rollup.delayed == 0) fleet.next_retry_at.reset();
    a.Add(fleet);
    if (entry.controls_changed) FLEET_RETURN_IF_ERROR(WriteControls(transaction, fleet));
  }
  if (a.ids.empty()) return absl::OkStatus();
  auto& s = a.counters.states;
  auto& o = a.counters.outcomes;
  auto& c = a.counters.categories;
  FLEET_RETURN_IF_ERROR(transaction
                            .Execute(kWriteFleets, {a.ids,         a.states, a.expanded,  a.next_ordinals,
                                                    s[1],          s[2],     s[3],        s[4],
                                                    s[5],          s[6],     s[7],        s[8],
                                                    s[9],          s[10],    o[0],        o[1],
                                                    o[2],          o[3],     o[4],        o[5],
                                                    c[1],          c[2],     c[3],        c[4],
                                                    c[5],          c[6],     c[7],        c[8],
                                                    c[9],          c[10],    a.delayed,   a.suspects,
                                                    a.known_costs, a.costs,  a.durations, a.revisions,
                                                    a.next_retries})
                            .status());

  for (auto& [id, entry] : entries_) {
    if (!entry.touched) continue;
    database::Value first = database::Value::Null();
    database::Value last = database::Value::Null();
    database::Value list = database::Value::Null();
    std::sort(entry.ordinals.begin(), entry.ordinals.end());
    if (entry.range.has_value()) {
      first = entry.range->first;
      last = entry.range->second;
    } else if (!entry.ordinals.empty() && IsRun(entry.ordinals)) {
      first = entry.ordinals.front();
      last = entry.ordinals.back();
    }
    if (first.c_str() == nullptr && !entry.ordinals.empty()) {
      Array ordinals;
      for (const int32_t ordinal : entry.ordinals) ordinals.Add(int64_t{ordinal});
      list = ordinals;
    }
    FLEET_RETURN_IF_ERROR(
        transaction.Execute(kInsertChange, {id.ToUuid(), entry.fleet.revision, first, last, list}).status());
  }
  return absl::OkStatus();
}

}  // namespace fleet::store
