#include "common/store/task_rows.h"

#include "absl/strings/str_cat.h"
#include "common/domain/failure_fingerprint.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"
#include "common/store/task_runs.h"

namespace fleet::store {
namespace {

using database::Array;
using database::Statement;

#define FLEET_NOW "(select " FLEET_MICROS("clock_timestamp()") ")"

constexpr Statement kLoadTasks{"load_tasks", "select " FLEET_NOW ", " FLEET_TASK_COLUMNS FLEET_TASKS_IN_RUNS};

// NO KEY UPDATE, as what follows: an update that leaves the key.
constexpr Statement kClaimActiveTasks{"claim_active_tasks",
                                      "select " FLEET_NOW ", " FLEET_TASK_COLUMNS FLEET_TASKS_IN_RUNS R"sql(
  where t.state between 2 and 6 for no key update of t skip locked
)sql"};

constexpr Statement kAwaitTask{"await_task", R"sql(
  select from tasks where fleet_id = $1 and ordinal = $2 for no key update
)sql"};

constexpr Statement kLoadTaskRange{"load_task_range", "select " FLEET_NOW ", " FLEET_TASK_COLUMNS R"sql(
  from tasks t where t.fleet_id = $1 and t.ordinal between $2 and $3 order by t.ordinal
)sql"};

// By primary key, whatever the state: the caller has judged these very rows under the fleet's lock. Fleets are named by
// their place in $1; an array that is empty stands for its column's usual value in every row.
constexpr Statement kSaveTasks{"save_tasks", R"sql(
  update tasks t set
    state = n.state, outcome = coalesce(n.outcome, 0::smallint), category = coalesce(n.category, 0::smallint),
    tries = coalesce(n.tries, 0::smallint), losses = coalesce(n.losses, 0::smallint),
    runner_id = case when n.released is null then t.runner_id end,
    retry_at = )sql" FLEET_TIMESTAMP("n.retry_at") R"sql(,
    ended_at = )sql" FLEET_TIMESTAMP("n.ended_at") R"sql(,
    cost_micros = n.cost_micros, duration_ms = n.duration_ms,
    pull_request_url = nullif(n.pull_request_url, ''), commit_id = nullif(n.commit_id, '')
  from unnest($2::int[], $3::int[], $4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[], $8::smallint[],
      $9::smallint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[])
    as n(fleet, ordinal, state, outcome, category, tries, losses, released, retry_at, ended_at, cost_micros,
      duration_ms, pull_request_url, commit_id)
  where t.fleet_id = ($1::uuid[])[n.fleet] and t.ordinal = n.ordinal
)sql"};

// For those that only go on to another stage: a fifth of the columns to send and take apart.
constexpr Statement kSaveStages{"save_stages", R"sql(
  update tasks t set state = k.state
  from unnest($1::uuid[], $2::int[], $3::int[], $4::smallint[]) as k(fleet_id, first_ordinal, last_ordinal, state)
  where t.fleet_id = k.fleet_id and t.ordinal between k.first_ordinal and k.last_ordinal
)sql"};

constexpr Statement kSaveControls{"save_controls", R"sql(
  update tasks t set generation = nullif(n.generation, 1), faults = nullif(n.faults, 0),
    cancel_requested_at = )sql" FLEET_TIMESTAMP("n.cancel_requested_at") R"sql(
  from unnest($1::uuid[], $2::int[], $3::smallint[], $4::smallint[], $5::bigint[])
    as n(fleet_id, ordinal, generation, faults, cancel_requested_at)
  where t.fleet_id = n.fleet_id and t.ordinal = n.ordinal
)sql"};

constexpr Statement kInsertAttempts{"insert_attempts", R"sql(
  insert into task_attempts (fleet_id, ordinal, attempt, runner_id, state, category, cost_micros, leased_at, ended_at,
    message, summary, log_tail, reason, generation, fingerprint)
  select n.fleet_id, n.ordinal, n.attempt, n.runner_id, n.state, n.category, n.cost_micros,
    )sql" FLEET_TIMESTAMP("n.leased_at") ", " FLEET_TIMESTAMP("n.ended_at") R"sql(, n.message, n.summary, n.log_tail,
    coalesce(n.reason, 0::smallint), n.generation, n.fingerprint
  from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::smallint[], $6::smallint[], $7::bigint[], $8::bigint[],
      $9::bigint[], $10::text[], $11::text[], $12::text[], $13::smallint[], $14::smallint[], $15::text[])
    as n(fleet_id, ordinal, attempt, runner_id, state, category, cost_micros, leased_at, ended_at, message, summary,
      log_tail, reason, generation, fingerprint)
  on conflict do nothing
)sql"};

// Leaves its elements out while all of them are usual: most columns of most batches need not be sent and taken apart.
class UsualArray {
 public:
  // A usual element becomes NULL.
  template <typename T>
  void Add(const T& value, bool is_usual) {
    if (is_usual) {
      array_.AddNull();
    } else {
      array_.Add(value);
      all_usual_ = false;
    }
  }
  void AddText(absl::string_view value) {
    array_.AddText(value);
    if (!value.empty()) all_usual_ = false;
  }
  operator database::Value() const { return all_usual_ ? database::Value("{}") : database::Value(array_); }

 private:
  Array array_;
  bool all_usual_ = true;
};

TaskBatch ReadBatch(const database::Rows& rows) {
  TaskBatch batch;
  for (database::RowReader row : rows) {
    batch.now = row.Time();
    domain::Task task = ReadTask(row);
    const domain::TaskId id = task.id;
    batch.tasks.emplace_hint(batch.tasks.end(), id, std::move(task));
  }
  return batch;
}

TaskRuns RunsOf(const std::vector<domain::TaskId>& ids) {
  TaskRuns runs;
  for (const domain::TaskId& id : ids) runs.Add(id);
  return runs;
}

absl::Status CheckWritten(const database::Rows& rows, std::size_t tasks) {
  if (rows.affected() == static_cast<int64_t>(tasks)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("wrote ", rows.affected(), " of ", tasks, " tasks"));
}

}  // namespace

absl::StatusOr<TaskBatch> LoadTasks(database::Transaction& transaction, const std::vector<domain::TaskId>& ids) {
  const TaskRuns runs = RunsOf(ids);
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows,
                         transaction.Execute(kLoadTasks, {runs.FleetIds(), runs.Firsts(), runs.Lasts()}));
  return ReadBatch(rows);
}

absl::StatusOr<TaskBatch> ClaimActiveTasks(database::Transaction& transaction, const std::vector<domain::TaskId>& ids) {
  if (ids.empty()) return TaskBatch();
  const TaskRuns runs = RunsOf(ids);
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows,
                         transaction.Execute(kClaimActiveTasks, {runs.FleetIds(), runs.Firsts(), runs.Lasts()}));
  return ReadBatch(rows);
}

absl::Status AwaitTask(database::ConnectionPool& pool, const domain::TaskId& id) {
  return database::InTransaction(pool, [&](database::Transaction& transaction) -> absl::Status {
    transaction.RollBackInstead();
    return transaction.Execute(kAwaitTask, {id.fleet_id.ToUuid(), id.ordinal}).status();
  });
}

absl::StatusOr<TaskBatch> LoadTaskRange(database::Transaction& transaction, const domain::Ulid& fleet_id, int32_t first,
                                        int32_t last) {
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows,
                         transaction.Execute(kLoadTaskRange, {fleet_id.ToUuid(), first, last}));
  return ReadBatch(rows);
}

absl::Status SaveTasks(database::Transaction& transaction, const std::vector<domain::Task>& tasks) {
  if (tasks.empty()) return absl::OkStatus();
  Array fleets, ordinals, states, ends, costs, durations, urls;
  UsualArray outcomes, categories, tries, losses, released, retries, commits;
  std::vector<domain::Ulid> fleet_ids;
  for (const domain::Task& task : tasks) {
    // Neighbours are of one fleet; a fleet that is named twice does no harm.
    if (fleet_ids.empty() || fleet_ids.back() != task.id.fleet_id) fleet_ids.push_back(task.id.fleet_id);
    fleets.Add(static_cast<int64_t>(fleet_ids.size()));
    ordinals.Add(int64_t{task.id.ordinal});
    states.Add(static_cast<int64_t>(task.state));
    outcomes.Add(static_cast<int64_t>(task.outcome), task.outcome == domain::Outcome::kUnspecified);
    categories.Add(static_cast<int64_t>(task.category), task.category == domain::FailureCategory::kNone);
    tries.Add(int64_t{task.tries}, task.tries == 0);
    losses.Add(int64_t{task.losses}, task.losses == 0);
    released.Add(int64_t{1}, !task.runner_id.IsNone());
    retries.Add(task.retry_at, !task.retry_at.has_value());
    ends.Add(task.ended_at);
    costs.Add(task.cost_micros);
    durations.Add(task.duration_ms);
    urls.AddText(task.pull_request_url);
    commits.AddText(task.commit);
  }
  FLEET_ASSIGN_OR_RETURN(
      const database::Rows rows,
      transaction.Execute(kSaveTasks, {UuidArray(fleet_ids), fleets, ordinals, states, outcomes, categories, tries,
                                       losses, released, retries, ends, costs, durations, urls, commits}));
  return CheckWritten(rows, tasks.size());
}

absl::Status SaveControls(database::Transaction& transaction, const std::vector<domain::Task>& tasks) {
  if (tasks.empty()) return absl::OkStatus();
  Array fleet_ids, ordinals, generations, faults, cancels;
  for (const domain::Task& task : tasks) {
    fleet_ids.AddBare(task.id.fleet_id.ToUuid());
    ordinals.Add(int64_t{task.id.ordinal});
    generations.Add(int64_t{task.generation});
    faults.Add(int64_t{task.faults});
    cancels.Add(task.cancel_requested_at);
  }
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows,
                         transaction.Execute(kSaveControls, {fleet_ids, ordinals, generations, faults, cancels}));
  return CheckWritten(rows, tasks.size());
}

absl::Status SaveStages(database::Transaction& transaction, const std::vector<domain::Task>& tasks) {
  if (tasks.empty()) return absl::OkStatus();
  TaskRuns runs;
  Array states;
  std::optional<domain::TaskState> last_state;
  for (const domain::Task& task : tasks) {
    if (last_state != task.state) {
      runs.Begin(task.id);
    } else if (!runs.Add(task.id)) {
      continue;
    }
    states.Add(static_cast<int64_t>(task.state));
    last_state = task.state;
  }
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows,
                         transaction.Execute(kSaveStages, {runs.FleetIds(), runs.Firsts(), runs.Lasts(), states}));
  return CheckWritten(rows, tasks.size());
}

absl::Status InsertAttempts(database::Transaction& transaction, const std::vector<EndedAttempt>& attempts) {
  if (attempts.empty()) return absl::OkStatus();
  Array fleet_ids, ordinals, numbers, runners, states, categories, costs, leases, ends, messages, summaries, logs,
      fingerprints;
  UsualArray reasons, generations;
  for (const EndedAttempt& attempt : attempts) {
    fleet_ids.AddBare(attempt.task.fleet_id.ToUuid());
    ordinals.Add(int64_t{attempt.task.ordinal});
    numbers.Add(int64_t{attempt.attempt});
    AddUlid(runners, attempt.runner_id);
    states.Add(static_cast<int64_t>(attempt.state));
    categories.Add(static_cast<int64_t>(attempt.category));
    costs.Add(attempt.cost_micros);
    leases.Add(attempt.leased_at);
    ends.Add(attempt.ended_at);
    messages.AddText(attempt.texts.message);
    summaries.AddText(attempt.texts.summary);
    logs.AddText(attempt.texts.log_tail);
    reasons.Add(static_cast<int64_t>(attempt.reason), attempt.reason == domain::FailureReason::kUnspecified);
    generations.Add(int64_t{attempt.generation}, attempt.generation == 1);
    if (attempt.category == domain::FailureCategory::kNone) {
      fingerprints.AddNull();
    } else {
      fingerprints.AddText(domain::Fingerprint(attempt.category, attempt.texts.message));
    }
  }
  return transaction
      .Execute(kInsertAttempts, {fleet_ids, ordinals, numbers, runners, states, categories, costs, leases, ends,
                                 messages, summaries, logs, reasons, generations, fingerprints})
      .status();
}

}  // namespace fleet::store
