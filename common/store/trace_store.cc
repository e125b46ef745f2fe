#include "common/store/trace_store.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/database/transaction.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kClaimTrace{"claim_trace", R"sql(
  select fleet_id, generation, state, )sql" FLEET_MICROS("began_at") ", " FLEET_MICROS("ended_at") R"sql(, told_ordinal
  from fleet_traces order by ended_at, fleet_id limit 1 for update skip locked
)sql"};

constexpr Statement kReadTracedFleet{"read_traced_fleet", R"sql(
  select f.traceparent, f.total, coalesce(g.workflow_name || '@' || g.workflow_version,
    i.workflow_name || '@' || i.workflow_version)
  from fleets f
  join fleet_intents i on i.fleet_id = f.fleet_id
  left join fleet_generations g on g.fleet_id = f.fleet_id and g.generation = $2
  where f.fleet_id = $1
)sql"};

constexpr Statement kReadTracedTasks{"read_traced_tasks", "select " FLEET_TASK_COLUMNS R"sql(
  from tasks t where t.fleet_id = $1 and t.ordinal > $2 and t.ordinal <= $3 order by t.ordinal
)sql"};

constexpr Statement kReadTracedAttempts{"read_traced_attempts", R"sql(
  select a.ordinal, a.attempt, a.runner_id, a.state, a.category, )sql" FLEET_MICROS("a.leased_at") ", " FLEET_MICROS(
                                                                    "a.ended_at") R"sql(
  from task_attempts a
  where a.fleet_id = $1 and a.ordinal > $2 and a.ordinal <= $3 and coalesce(a.generation, 1) = $4 and a.leased_at is not null
  order by a.ordinal, a.attempt
)sql"};

constexpr Statement kSaveTold{"save_told",
                              "update fleet_traces set told_ordinal = $3 where fleet_id = $1 and generation = $2"};
constexpr Statement kDeleteTrace{"delete_trace", "delete from fleet_traces where fleet_id = $1 and generation = $2"};

constexpr Statement kForgetTraces{"forget_traces", R"sql(
  delete from fleet_traces where (fleet_id, generation) in (
    select fleet_id, generation from fleet_traces
    where ended_at < clock_timestamp() - $1::bigint * interval '1 millisecond' limit 1000 for update skip locked)
)sql"};

// Of a child whose last generation is told of. An attempt that left nothing to be recorded apart stands in its own row.
void AddFromRow(const domain::Task& task, absl::Time fleet_ended_at, TracedChild& child) {
  child.state = task.state;
  child.category = task.category;
  child.ended_at = task.ended_at.value_or(fleet_ended_at);
  child.pull_request_url = task.pull_request_url;
  const bool is_recorded = !child.attempts.empty() && child.attempts.back().attempt >= task.attempt;
  if (is_recorded || task.attempt == 0 || !task.leased_at.has_value() || !task.ended_at.has_value()) return;
  child.attempts.push_back({task.attempt, task.runner_id, task.state, task.category, *task.leased_at, *task.ended_at});
}

// Of one that a later generation has taken up since: what it came to is its last attempt's end.
void AddFromAttempts(TracedChild& child) {
  const TracedAttempt& last = child.attempts.back();
  child.state = last.state;
  child.category = last.category;
  child.ended_at = last.ended_at;
}

absl::StatusOr<std::vector<TracedChild>> ReadChildren(Transaction& transaction, const TracePiece& piece, int32_t after,
                                                      int32_t last) {
  const std::string fleet_id = piece.fleet_id.ToUuid();
  FLEET_ASSIGN_OR_RETURN(const Rows tasks, transaction.Execute(kReadTracedTasks, {fleet_id, after, last}));
  FLEET_ASSIGN_OR_RETURN(const Rows attempts,
                         transaction.Execute(kReadTracedAttempts, {fleet_id, after, last, piece.generation}));
  std::map<int32_t, std::vector<TracedAttempt>> recorded;
  for (RowReader row : attempts) {
    TracedAttempt& attempt = recorded[row.Int()].emplace_back();
    attempt.attempt = row.Int();
    attempt.runner_id = ReadUlid(row);
    attempt.state = static_cast<domain::TaskState>(row.Int());
    attempt.category = static_cast<domain::FailureCategory>(row.Int());
    attempt.leased_at = row.Time();
    attempt.ended_at = row.Time();
  }
  std::vector<TracedChild> children;
  for (RowReader row : tasks) {
    const domain::Task task = ReadTask(row);
    TracedChild child;
    child.id = task.id;
    child.repo = task.repo;
    child.attempts = std::move(recorded[task.id.ordinal]);
    if (task.generation == piece.generation) {
      AddFromRow(task, piece.ended_at, child);
    } else if (!child.attempts.empty()) {
      AddFromAttempts(child);
    } else {
      continue;  // the retry left it out
    }
    children.push_back(std::move(child));
  }
  return children;
}

}  // namespace

absl::StatusOr<std::optional<TracePiece>> TraceStore::Take(int32_t children) {
  using Taken = absl::StatusOr<std::optional<TracePiece>>;
  return database::InTransaction(pool_, [&](Transaction& transaction) -> Taken {
    FLEET_ASSIGN_OR_RETURN(const Rows claimed, transaction.Execute(kClaimTrace));
    if (claimed.empty()) {
      transaction.RollBackInstead();
      return std::nullopt;
    }
    RowReader claim = claimed[0];
    TracePiece piece;
    piece.fleet_id = ReadUlid(claim);
    piece.generation = claim.Int();
    piece.state = static_cast<domain::FleetState>(claim.Int());
    piece.began_at = claim.Time();
    piece.ended_at = claim.Time();
    const int32_t told = claim.Int();
    const std::string fleet_id = piece.fleet_id.ToUuid();
    FLEET_ASSIGN_OR_RETURN(const Rows fleets, transaction.Execute(kReadTracedFleet, {fleet_id, piece.generation}));
    if (fleets.empty()) return absl::InternalError("a traced fleet is missing");
    RowReader fleet = fleets[0];
    piece.traceparent = fleet.Text();
    piece.total = fleet.Int();
    piece.workflow = fleet.Text();
    const int32_t last = std::min(piece.total, told + children);
    FLEET_ASSIGN_OR_RETURN(piece.children, ReadChildren(transaction, piece, told, last));
    piece.is_last = last == piece.total;
    FLEET_RETURN_IF_ERROR(piece.is_last ? transaction.Execute(kDeleteTrace, {fleet_id, piece.generation}).status()
                                        : transaction.Execute(kSaveTold, {fleet_id, piece.generation, last}).status());
    return std::optional(std::move(piece));
  });
}

absl::StatusOr<int64_t> TraceStore::Forget(absl::Duration age) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<int64_t> {
    FLEET_ASSIGN_OR_RETURN(const Rows forgotten, transaction.Execute(kForgetTraces, {absl::ToInt64Milliseconds(age)}));
    if (forgotten.affected() == 0) transaction.RollBackInstead();
    return forgotten.affected();
  });
}

}  // namespace fleet::store
