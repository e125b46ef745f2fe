#include "common/store/lease_details_store.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "common/database/transaction.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_intent_columns.h"
#include "common/store/fleet_store.h"
#include "common/store/registration_sql.h"
#include "common/store/row_codec.h"
#include "common/store/task_runs.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

#define FLEET_TASK_DETAILS "select t.generation, t.repo, " FLEET_CLONE_URL ", " FLEET_DEFAULT_BRANCH ", t.commit_id"

constexpr Statement kReadDetails{"read_details", FLEET_TASK_DETAILS FLEET_TASKS_IN_RUNS FLEET_THEIR_REPOSITORIES R"sql(
  order by k.n, t.ordinal
)sql"};

constexpr Statement kReadDetailsAndParameters{"read_details_and_parameters", FLEET_TASK_DETAILS
                                              ", p.parameters" FLEET_TASKS_IN_RUNS FLEET_THEIR_REPOSITORIES R"sql(
  left join task_parameters p on p.fleet_id = t.fleet_id and p.ordinal = t.ordinal
  order by k.n, t.ordinal
)sql"};

// Most fleets have no parameters of single children: looking for each of them would cost a third of the reading.
constexpr Statement kSomeHaveParameters{"some_have_parameters", R"sql(
  select exists (select from unnest($1::uuid[]) as k(fleet_id) join fleets f on f.fleet_id = k.fleet_id
    where f.has_parameters)
)sql"};

constexpr Statement kReadGenerations{
    "read_generations",
    "select f.fleet_id, k.generation, f.task_timeout_ms, f.traceparent, f.total, w.name,"
    " w.major, w.minor, w.patch, w.definition, w.created_by, " FLEET_MICROS("w.created_at") ", " FLEET_INTENT_COLUMNS
                                                                                            R"sql(
  from unnest($1::uuid[], $2::int[]) as k(fleet_id, generation)
  join fleets f on f.fleet_id = k.fleet_id
  join fleet_intents i on i.fleet_id = f.fleet_id
  left join fleet_generations g on g.fleet_id = f.fleet_id and g.generation = k.generation
  join workflows w on w.name = coalesce(g.workflow_name, i.workflow_name)
    and w.major || '.' || w.minor || '.' || w.patch = coalesce(g.workflow_version, i.workflow_version)
)sql"};

absl::StatusOr<std::vector<TaskDetails>> ReadTasks(Transaction& transaction, const std::vector<domain::TaskId>& tasks) {
  TaskRuns runs;
  std::vector<domain::Ulid> fleet_ids;
  for (const domain::TaskId& task : tasks) {
    runs.Add(task);
    if (fleet_ids.empty() || fleet_ids.back() != task.fleet_id) fleet_ids.push_back(task.fleet_id);
  }
  FLEET_ASSIGN_OR_RETURN(const Rows some, transaction.Execute(kSomeHaveParameters, {UuidArray(fleet_ids)}));
  const bool with_parameters = some[0].Bool();
  const Statement& statement = with_parameters ? kReadDetailsAndParameters : kReadDetails;
  FLEET_ASSIGN_OR_RETURN(const Rows rows,
                         transaction.Execute(statement, {runs.FleetIds(), runs.Firsts(), runs.Lasts()}));
  std::vector<TaskDetails> details;
  details.reserve(rows.size());
  for (RowReader row : rows) {
    TaskDetails& task = details.emplace_back();
    task.generation = std::max(1, row.Int());
    task.repo = row.Text();
    task.clone_url = row.Text();
    task.default_branch = row.Text();
    task.commit = row.Text();
    if (with_parameters) task.parameters = row.Text();
  }
  return details;
}

absl::StatusOr<std::vector<GenerationDetails>> ReadGenerations(Transaction& transaction,
                                                               const std::vector<GenerationKey>& keys) {
  std::vector<GenerationDetails> all;
  if (keys.empty()) return all;
  database::Array fleet_ids;
  database::Array generations;
  for (const auto& [fleet_id, generation] : keys) {
    fleet_ids.AddBare(fleet_id.ToUuid());
    generations.Add(int64_t{generation});
  }
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadGenerations, {fleet_ids, generations}));
  for (RowReader row : rows) {
    GenerationDetails& details = all.emplace_back();
    details.key.first = ReadUlid(row);
    details.key.second = row.Int();
    details.task_timeout = absl::Milliseconds(row.BigInt());
    details.traceparent = row.Text();
    details.total = row.Int();
    details.workflow = ReadWorkflow(row);
    details.intent = ReadIntent(row);
  }
  return all;
}

}  // namespace

absl::StatusOr<LeaseDetails> LeaseDetailsStore::Read(const std::vector<domain::TaskId>& tasks,
                                                     const std::function<bool(const GenerationKey&)>& wants) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<LeaseDetails> {
    transaction.RollBackInstead();
    LeaseDetails details;
    FLEET_ASSIGN_OR_RETURN(details.tasks, ReadTasks(transaction, tasks));
    if (details.tasks.size() != tasks.size()) return absl::InternalError("leased children are missing");
    std::set<GenerationKey> keys;
    for (std::size_t i = 0; i < tasks.size(); ++i) keys.insert({tasks[i].fleet_id, details.tasks[i].generation});
    std::vector<GenerationKey> wanted;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(wanted), wants);
    FLEET_ASSIGN_OR_RETURN(details.generations, ReadGenerations(transaction, wanted));
    if (details.generations.size() != wanted.size())
      return absl::InternalError("a generation or its workflow is missing");
    return details;
  });
}

absl::StatusOr<GenerationDetails> LeaseDetailsStore::ReadGeneration(const GenerationKey& key) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<GenerationDetails> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(std::vector<GenerationDetails> found, ReadGenerations(transaction, {key}));
    if (found.empty()) return FleetNotFound(key.first);
    return std::move(found[0]);
  });
}

}  // namespace fleet::store
