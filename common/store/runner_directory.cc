#include "common/store/runner_directory.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

// Sorts behind every id.
constexpr char kLastUuid[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

#define FLEET_RUNNER_COLUMNS \
  "r.runner_id, r.name, r.owner, r.pool, r.version, r.slots, r.state, " FLEET_MICROS("r.registered_at") ", " FLEET_MICROS("r.heartbeat_at") ", " FLEET_MICROS("(clock_timestamp() - r.heartbeat_at)") ", r.host, r.address"
#define FLEET_RUNNERS_ASKED_FOR                                                    \
  " from runners r where r.runner_id < $1::uuid and r.state = any($2::smallint[])" \
  " and ($3::text = '' or r.pool = $3::text) and ($4::text = '' or r.name = $4::text)"
#define FLEET_NEWEST_RUNNERS " order by r.runner_id desc limit $5"

// Of those that are there, who are few: they have an index of their own.
constexpr Statement kListPresentRunners{"list_present_runners", "select " FLEET_RUNNER_COLUMNS FLEET_RUNNERS_ASKED_FOR
                                                                " and r.state <> 3" FLEET_NEWEST_RUNNERS};

constexpr Statement kListAllRunners{"list_all_runners",
                                    "select " FLEET_RUNNER_COLUMNS FLEET_RUNNERS_ASKED_FOR FLEET_NEWEST_RUNNERS};

constexpr Statement kGetRunner{"get_runner", "select " FLEET_RUNNER_COLUMNS " from runners r where r.runner_id = $1"};

// Live leases; `g` are the grants.
#define FLEET_LIVE_LEASES                                                                            \
  " from lease_grants g"                                                                             \
  " cross join lateral unnest(g.fleet_ids, g.ordinals, g.attempts) as l(fleet_id, ordinal, attempt)" \
  " join tasks t on t.fleet_id = l.fleet_id and t.ordinal = l.ordinal"                               \
  " where t.attempt = l.attempt and t.runner_id = g.runner_id and t.state between 2 and 6"

constexpr Statement kCountHeld{"count_held", "select g.runner_id, count(*)" FLEET_LIVE_LEASES
                                             " and g.runner_id = any($1::uuid[]) group by g.runner_id"};

constexpr Statement kReadHeld{
    "read_held", "select t.fleet_id, t.ordinal, t.repo, t.attempt, t.state, " FLEET_MICROS("t.leased_at")
                     FLEET_LIVE_LEASES " and g.runner_id = $1 order by t.leased_at, t.fleet_id, t.ordinal limit 1000"};

RunnerRecord ReadRunner(RowReader row) {
  RunnerRecord runner;
  runner.runner_id = ReadUlid(row);
  runner.name = row.Text();
  runner.owner = row.Text();
  runner.pool = row.Text();
  runner.version = row.Text();
  runner.slots = row.Int();
  runner.state = static_cast<RunnerState>(row.Int());
  runner.registered_at = row.Time();
  runner.heartbeat_at = row.Time();
  runner.heartbeat_age = absl::Microseconds(row.BigInt());
  runner.host = row.Text();
  runner.address = row.Text();
  return runner;
}

HeldTaskRecord ReadHeldTask(RowReader row) {
  HeldTaskRecord held;
  held.id.fleet_id = ReadUlid(row);
  held.id.ordinal = row.Int();
  held.repo = row.Text();
  held.attempt = row.Int();
  held.state = static_cast<domain::TaskState>(row.Int());
  held.leased_at = row.Time();
  return held;
}

absl::Status CountHeld(Transaction& transaction, std::vector<RunnerRecord>& runners) {
  std::vector<domain::Ulid> ids;
  ids.reserve(runners.size());
  for (const RunnerRecord& runner : runners) ids.push_back(runner.runner_id);
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kCountHeld, {UuidArray(ids)}));
  std::map<domain::Ulid, int32_t> counts;
  for (RowReader row : rows) {
    const domain::Ulid id = ReadUlid(row);
    counts[id] = row.Int();
  }
  for (RunnerRecord& runner : runners) runner.held_count = counts[runner.runner_id];
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<RunnerRecord>> RunnerDirectory::List(const domain::Caller&, const RunnerFilter& filter,
                                                                const domain::Ulid& before, int32_t limit) {
  std::vector<RunnerState> states = filter.states;
  if (states.empty()) states = {RunnerState::kLive, RunnerState::kLost};
  Array numbers;
  for (const RunnerState state : states) numbers.Add(static_cast<int64_t>(state));
  const bool with_gone = std::find(states.begin(), states.end(), RunnerState::kGone) != states.end();
  const std::string end = before.IsNone() ? kLastUuid : before.ToUuid();
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<RunnerRecord>> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(with_gone ? kListAllRunners : kListPresentRunners,
                                                                {end, numbers, filter.pool, filter.name, limit}));
    std::vector<RunnerRecord> runners;
    for (const RowReader& row : rows) runners.push_back(ReadRunner(row));
    if (!runners.empty()) FLEET_RETURN_IF_ERROR(CountHeld(transaction, runners));
    return runners;
  });
}

absl::StatusOr<RunnerDirectory::Entry> RunnerDirectory::Get(const domain::Caller&, const domain::Ulid& runner_id) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<Entry> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kGetRunner, {runner_id.ToUuid()}));
    if (rows.empty()) {
      return MakeError(absl::StatusCode::kNotFound, absl::StrCat("there is no runner ", runner_id.ToString()),
                       {"RUNNER_NOT_FOUND", {{"runner_id", runner_id.ToString()}}, {}});
    }
    std::vector<RunnerRecord> runners = {ReadRunner(rows[0])};
    FLEET_RETURN_IF_ERROR(CountHeld(transaction, runners));
    Entry entry{runners.front(), {}};
    FLEET_ASSIGN_OR_RETURN(const Rows held, transaction.Execute(kReadHeld, {runner_id.ToUuid()}));
    for (const RowReader& row : held) entry.held.push_back(ReadHeldTask(row));
    return entry;
  });
}

}  // namespace fleet::store
