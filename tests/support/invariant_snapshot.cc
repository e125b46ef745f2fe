#include "tests/support/invariant_snapshot.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/status/status_macros.h"
#include "tests/support/invariant_queries.h"

namespace fleet::testing {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

// The roles of services are set up for the hot path; these queries read whole tables, and a sanitized program takes
// seconds over the rows of one before it asks for the next.
constexpr Statement kPlanner{"checker_planner", R"sql(
  select set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true),
    set_config('enable_mergejoin', 'on', true), set_config('statement_timeout', '120s', true),
    set_config('idle_in_transaction_session_timeout', '120s', true)
)sql"};

constexpr Statement kHorizon{"checker_horizon",
                             "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint % 4294967296"};

// The checkpointer is started anew by every recovery, also by one that the postmaster survived.
constexpr Statement kIncarnation{"checker_incarnation", R"sql(
  select coalesce(max(backend_start)::text, '') from pg_stat_activity where backend_type = 'checkpointer'
)sql"};

constexpr Statement kFleets{"checker_fleets", R"sql(
  select f.fleet_id, f.creator, f.pool, f.state, f.total, f.expanded, f.max_concurrency,
    f.cancel_mode = 0 and not f.paused and not f.expired and f.failure_message = '' and f.state < 6, f.revision,
    a.active, a.attempts, f.generation, f.open_targets,
    (select count(*) from audit_events e where e.fleet_id = f.fleet_id and e.action in ('ResumeFleet', 'RetryFleet'))
  from fleets f left join (
    select fleet_id, count(*) filter (where state between 2 and 6) as active, sum(attempt) as attempts
    from tasks group by fleet_id) a on a.fleet_id = f.fleet_id
)sql"};

// A row's xmin is the transaction that wrote it, whatever the change feed says.
constexpr Statement kTasks{"checker_tasks", R"sql(
  select fleet_id, ordinal, attempt, state, outcome, coalesce(generation, 1), runner_id, repo from tasks where xmin::text::bigint >= $1
)sql"};

constexpr Statement kLeases{"checker_leases", R"sql(
  select l.fleet_id, l.ordinal, l.attempt, g.runner_id
  from lease_grants g cross join lateral unnest(g.fleet_ids, g.ordinals, g.attempts) as l(fleet_id, ordinal, attempt)
  where g.xmin::text::bigint >= $1
  union all
  select fleet_id, ordinal, attempt, runner_id from task_attempts
  where xmin::text::bigint >= $1 and runner_id is not null
)sql"};

constexpr Statement kChanges{"checker_changes", R"sql(
  select fleet_id, revision, first_ordinal, last_ordinal, ordinals from fleet_changes where xmin::text::bigint >= $1
)sql"};

constexpr Statement kLimits{"checker_limits", R"sql(
  select name, value from limits union all select name || ':' || scope, value from limit_overrides
)sql"};

constexpr Statement kTargets{"checker_targets", R"sql(
  select repos from fleet_targets where fleet_id = $1 order by chunk
)sql"};

absl::Status ReadFleets(Transaction& transaction, InvariantSnapshot& snapshot) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kFleets));
  for (RowReader row : rows) {
    InvariantSnapshot::Fleet& fleet = snapshot.fleets.emplace_back();
    fleet.id = row.Text();
    fleet.creator = row.Text();
    fleet.pool = row.Text();
    fleet.state = row.Int();
    fleet.total = row.Int();
    fleet.expanded = row.Int();
    fleet.max_concurrency = row.Int();
    fleet.may_start = row.Bool();
    fleet.revision = row.BigInt();
    fleet.active = row.BigInt();
    fleet.attempts = row.BigInt();
    fleet.generation = row.Int();
    fleet.open_targets = row.Bool();
    fleet.openings = row.BigInt();
  }
  return absl::OkStatus();
}

absl::Status ReadTasks(Transaction& transaction, int64_t since, InvariantSnapshot& snapshot) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kTasks, {since}));
  snapshot.tasks.reserve(rows.size());
  for (RowReader row : rows) {
    InvariantSnapshot::Task& task = snapshot.tasks.emplace_back();
    task.fleet_id = row.Text();
    task.ordinal = row.Int();
    task.attempt = row.Int();
    task.state = row.Int();
    task.outcome = row.Int();
    task.generation = row.Int();
    task.runner_id = row.Text();
    task.repo = row.Text();
  }
  return absl::OkStatus();
}

absl::Status ReadLeasesAndChanges(Transaction& transaction, int64_t since, InvariantSnapshot& snapshot) {
  FLEET_ASSIGN_OR_RETURN(const Rows leases, transaction.Execute(kLeases, {since}));
  for (RowReader row : leases) {
    InvariantSnapshot::Lease& lease = snapshot.leases.emplace_back();
    lease.fleet_id = row.Text();
    lease.ordinal = row.Int();
    lease.attempt = row.Int();
    lease.runner_id = row.Text();
  }
  FLEET_ASSIGN_OR_RETURN(const Rows changes, transaction.Execute(kChanges, {since}));
  for (RowReader row : changes) {
    InvariantSnapshot::Change& change = snapshot.changes.emplace_back();
    change.fleet_id = row.Text();
    change.revision = row.BigInt();
    const auto first = row.OptionalBigInt();
    const auto last = row.OptionalBigInt();
    if (first.has_value()) change.range = {static_cast<int32_t>(*first), static_cast<int32_t>(last.value_or(-1))};
    change.ordinals = row.IntArray();
  }
  return absl::OkStatus();
}

absl::Status ReadTargets(Transaction& transaction, const std::set<std::string>& frozen, InvariantSnapshot& snapshot) {
  for (const InvariantSnapshot::Fleet& fleet : snapshot.fleets) {
    if (frozen.count(fleet.id) > 0 && !snapshot.is_full) continue;
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kTargets, {fleet.id}));
    std::vector<std::string>& repos = snapshot.targets[fleet.id];
    for (RowReader row : rows) {
      for (auto& repo : row.TextArray()) repos.push_back(repo.value_or(""));
    }
  }
  return absl::OkStatus();
}

absl::Status AskQueries(Transaction& transaction, InvariantSnapshot& snapshot) {
  for (const InvariantQuery& query : InvariantQueries()) {
    if (query.only_at_the_end && !snapshot.is_full) continue;
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(query.statement));
    for (RowReader row : rows) snapshot.violations.push_back(row.Text());
  }
  return absl::OkStatus();
}

}  // namespace

bool InvariantSnapshot::HasWorkInFlight() const {
  return std::any_of(fleets.begin(), fleets.end(), [](const Fleet& fleet) {
    return fleet.active > 0 || (fleet.state < 6 && fleet.expanded < fleet.total);
  });
}

absl::StatusOr<InvariantSnapshot> ReadInvariantSnapshot(database::ConnectionPool& pool, int64_t since,
                                                        const std::set<std::string>& frozen) {
  return database::InTransaction(
      pool,
      [&](Transaction& transaction) -> absl::StatusOr<InvariantSnapshot> {
        transaction.RollBackInstead();
        InvariantSnapshot snapshot;
        snapshot.is_full = since == 0;
        FLEET_RETURN_IF_ERROR(transaction.Execute(kPlanner).status());
        FLEET_ASSIGN_OR_RETURN(const Rows horizon, transaction.Execute(kHorizon));
        snapshot.horizon = horizon[0].BigInt();
        FLEET_ASSIGN_OR_RETURN(const Rows incarnation, transaction.Execute(kIncarnation));
        snapshot.incarnation = incarnation[0].Text();
        FLEET_RETURN_IF_ERROR(ReadFleets(transaction, snapshot));
        FLEET_RETURN_IF_ERROR(ReadTasks(transaction, since, snapshot));
        FLEET_RETURN_IF_ERROR(ReadLeasesAndChanges(transaction, since, snapshot));
        FLEET_RETURN_IF_ERROR(ReadTargets(transaction, frozen, snapshot));
        FLEET_ASSIGN_OR_RETURN(const Rows limits, transaction.Execute(kLimits));
        for (RowReader row : limits) {
          const std::string name = row.Text();
          snapshot.limits[name] = row.BigInt();
        }
        FLEET_RETURN_IF_ERROR(AskQueries(transaction, snapshot));
        return snapshot;
      },
      Transaction::Isolation::kSnapshot);
}

}  // namespace fleet::testing
