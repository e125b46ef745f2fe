#include "common/store/task_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/database/transaction.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"
#include "common/store/child_lookup.h"
#include "common/store/failure_rows.h"
#include "common/store/fleet_store.h"
#include "common/store/registration_sql.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kExpandedOf{"expanded_of", R"sql(
  select f.expanded, i.branch from fleets f join fleet_intents i on i.fleet_id = f.fleet_id where f.fleet_id = $1
)sql"};

// The third says whether the attempt `a` is what the child ended by.
#define FLEET_LAST_WORDS \
  "a.message, a.reason, a.summary, coalesce(a.attempt = t.attempt and a.category = t.category, false)"

// A child's last ended attempt is its current one, or the one before while it runs.
constexpr Statement kListTasks{"list_tasks", "select " FLEET_LAST_WORDS ", " FLEET_CLONE_URL ", " FLEET_DEFAULT_BRANCH
                                             ", " FLEET_TASK_COLUMNS R"sql(
  from (select * from tasks where fleet_id = $1 and ordinal > $2 and ordinal <= $3
          and (cardinality($4::smallint[]) = 0 or state = any($4::smallint[]))
        order by ordinal limit $5) t
  left join lateral (select attempt, category, message, reason, summary from task_attempts x
    where x.fleet_id = t.fleet_id and x.ordinal = t.ordinal order by x.attempt desc limit 1) a on true
)sql" FLEET_THEIR_REPOSITORIES " order by t.ordinal"};

constexpr Statement kGetTask{"get_task", "select " FLEET_LAST_WORDS ", " FLEET_CLONE_URL ", " FLEET_DEFAULT_BRANCH
                                         ", a.log_tail, p.parameters, " FLEET_TASK_COLUMNS
                                         R"sql(
  from tasks t
  left join task_parameters p on p.fleet_id = t.fleet_id and p.ordinal = t.ordinal
  left join lateral (select attempt, category, message, reason, summary, log_tail from task_attempts x
    where x.fleet_id = t.fleet_id and x.ordinal = t.ordinal order by x.attempt desc limit 1) a on true
)sql" FLEET_THEIR_REPOSITORIES " where t.fleet_id = $1 and t.ordinal = $2"};

constexpr Statement kListAttempts{"list_attempts", R"sql(
  select attempt, coalesce(generation, 1), runner_id, state, category, reason, )sql" FLEET_MICROS(
                                                       "leased_at") ", " FLEET_MICROS("ended_at") R"sql(, cost_micros,
    message, summary, log_tail
  from task_attempts where fleet_id = $1 and ordinal = $2 order by attempt desc limit 100
)sql"};

constexpr Statement kNameRunners{"name_runners",
                                 "select runner_id, name from runners where runner_id = any($1::uuid[])"};

constexpr int32_t kScan = 10000;

// What FLEET_LAST_WORDS selects.
struct LastWords {
  std::string message;
  domain::FailureReason reason;
  std::string summary;
  bool ended_child;
};

LastWords ReadLastWords(RowReader& row) {
  LastWords words;
  words.message = row.Text();
  words.reason = static_cast<domain::FailureReason>(row.Int());
  words.summary = row.Text();
  words.ended_child = row.Bool();
  return words;
}

// A child that ended by no attempt of its own must not show why some earlier one failed.
void Describe(TaskRecord& record, LastWords words) {
  const domain::TaskState state = record.task.state;
  const bool failed = state == domain::TaskState::kFailed || state == domain::TaskState::kTimedOut;
  if (failed && !words.ended_child) {
    const FailureWords unattempted = DescribeUnattempted(record.task.category);
    words.message = std::string(unattempted.message);
    words.reason = unattempted.reason;
  }
  record.message = std::move(words.message);
  record.reason = words.reason;
  record.summary = std::move(words.summary);
}

AttemptRecord ReadAttempt(RowReader row) {
  AttemptRecord attempt;
  attempt.attempt = row.Int();
  attempt.generation = row.Int();
  attempt.runner_id = ReadUlid(row);
  attempt.state = static_cast<domain::TaskState>(row.Int());
  attempt.category = static_cast<domain::FailureCategory>(row.Int());
  attempt.reason = static_cast<domain::FailureReason>(row.Int());
  attempt.leased_at = row.OptionalTime();
  attempt.ended_at = row.OptionalTime();
  attempt.cost_micros = row.OptionalBigInt();
  attempt.texts.message = row.Text();
  attempt.texts.summary = row.Text();
  attempt.texts.log_tail = row.Text();
  return attempt;
}

absl::Status NameRunners(Transaction& transaction, std::vector<AttemptRecord>& attempts) {
  std::set<domain::Ulid> ids;
  for (const AttemptRecord& attempt : attempts) {
    if (!attempt.runner_id.IsNone()) ids.insert(attempt.runner_id);
  }
  if (ids.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kNameRunners, {UuidArray({ids.begin(), ids.end()})}));
  std::map<domain::Ulid, std::string> names;
  for (RowReader row : rows) {
    const domain::Ulid id = ReadUlid(row);
    names[id] = row.Text();
  }
  for (AttemptRecord& attempt : attempts) attempt.runner_name = names[attempt.runner_id];
  return absl::OkStatus();
}

// An attempt that runs, or that ended without words, is told by its child's row alone.
AttemptRecord CurrentAttemptOf(const domain::Task& task) {
  AttemptRecord attempt;
  attempt.attempt = task.attempt;
  attempt.generation = task.generation;
  attempt.runner_id = task.runner_id;
  attempt.state = task.state;
  attempt.category = task.category;
  attempt.leased_at = task.leased_at;
  attempt.ended_at = task.ended_at;
  // The row has the cost of all attempts.
  if (task.attempt == 1) attempt.cost_micros = task.cost_micros;
  return attempt;
}

}  // namespace

absl::StatusOr<TaskPage> TaskStore::List(const domain::Caller&, const domain::Ulid& fleet_id,
                                         const std::vector<domain::TaskState>& states, int32_t after, int32_t limit) {
  Array wanted;
  for (const domain::TaskState state : states) wanted.Add(static_cast<int64_t>(state));
  return database::InTransaction(
      pool_,
      [&](Transaction& transaction) -> absl::StatusOr<TaskPage> {
        FLEET_ASSIGN_OR_RETURN(const Rows fleet, transaction.Execute(kExpandedOf, {fleet_id.ToUuid()}));
        if (fleet.empty()) return FleetNotFound(fleet_id);
        RowReader of_fleet = fleet[0];
        const int32_t expanded = of_fleet.Int();
        const std::string branch = domain::BranchName(fleet_id, of_fleet.Text());
        const int32_t until = std::min(expanded, after + kScan);
        FLEET_ASSIGN_OR_RETURN(const Rows rows,
                               transaction.Execute(kListTasks, {fleet_id.ToUuid(), after, until, wanted, limit}));
        TaskPage page;
        for (RowReader row : rows) {
          TaskRecord& record = page.tasks.emplace_back();
          LastWords words = ReadLastWords(row);
          record.branch = branch;
          record.clone_url = row.Text();
          record.default_branch = row.Text();
          record.task = ReadTask(row);
          Describe(record, std::move(words));
        }
        if (static_cast<int32_t>(page.tasks.size()) == limit) {
          page.next_after = page.tasks.back().task.id.ordinal;
        } else if (until < expanded) {
          page.next_after = until;
        }
        if (page.next_after >= expanded) page.next_after = 0;
        return page;
      },
      Transaction::Isolation::kSnapshot);
}

absl::StatusOr<TaskRecord> TaskStore::Get(const domain::Caller&, const domain::Ulid& fleet_id, absl::string_view repo) {
  return database::InTransaction(
      pool_,
      [&](Transaction& transaction) -> absl::StatusOr<TaskRecord> {
        FLEET_ASSIGN_OR_RETURN(const Rows fleet, transaction.Execute(kExpandedOf, {fleet_id.ToUuid()}));
        if (fleet.empty()) return FleetNotFound(fleet_id);
        FLEET_ASSIGN_OR_RETURN(const int32_t ordinal, FindOrdinal(transaction, fleet_id, repo));
        FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kGetTask, {fleet_id.ToUuid(), ordinal}));
        RowReader row = rows[0];
        TaskRecord record;
        LastWords words = ReadLastWords(row);
        RowReader of_fleet = fleet[0];
        of_fleet.Int();
        record.branch = domain::BranchName(fleet_id, of_fleet.Text());
        record.clone_url = row.Text();
        record.default_branch = row.Text();
        record.log_tail = row.Text();
        record.parameters = DecodeParameters(row.Text());
        record.task = ReadTask(row);
        Describe(record, std::move(words));
        return record;
      },
      Transaction::Isolation::kSnapshot);
}

absl::StatusOr<std::vector<AttemptRecord>> TaskStore::Attempts(const domain::Caller& caller,
                                                               const domain::Ulid& fleet_id, absl::string_view repo) {
  FLEET_ASSIGN_OR_RETURN(const TaskRecord record, Get(caller, fleet_id, repo));
  const domain::Task& task = record.task;
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<AttemptRecord>> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kListAttempts, {fleet_id.ToUuid(), task.id.ordinal}));
    std::vector<AttemptRecord> attempts;
    if (task.attempt > 0) attempts.push_back(CurrentAttemptOf(task));
    for (const RowReader& row : rows) {
      AttemptRecord attempt = ReadAttempt(row);
      // A record says more than the child's row.
      if (!attempts.empty() && attempts.back().attempt == attempt.attempt) attempts.pop_back();
      attempts.push_back(std::move(attempt));
    }
    FLEET_RETURN_IF_ERROR(NameRunners(transaction, attempts));
    return attempts;
  });
}

absl::StatusOr<std::vector<FailureGroup>> TaskStore::FailureGroups(const domain::Caller&,
                                                                   const domain::Ulid& fleet_id) {
  return database::InTransaction(
      pool_,
      [&](Transaction& transaction) -> absl::StatusOr<std::vector<FailureGroup>> {
        FLEET_ASSIGN_OR_RETURN(const Rows fleet, transaction.Execute(kExpandedOf, {fleet_id.ToUuid()}));
        if (fleet.empty()) return FleetNotFound(fleet_id);
        return ReadFailureGroups(transaction, fleet_id);
      },
      Transaction::Isolation::kSnapshot);
}

}  // namespace fleet::store
