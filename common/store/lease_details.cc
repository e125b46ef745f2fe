#include "common/store/lease_details.h"

#include <algorithm>

#include "common/status/status_macros.h"
#include "common/store/row_codec.h"
#include "common/store/task_runs.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;

constexpr Statement kReadDetails{
    "read_details", "select t.generation, t.repo, r.clone_url, r.default_branch, t.commit_id" FLEET_TASKS_IN_RUNS R"sql(
  left join repositories r on r.repo_key = lower(t.repo)
  order by k.n, t.ordinal
)sql"};

constexpr Statement kReadDetailsAndParameters{
    "read_details_and_parameters",
    "select t.generation, t.repo, r.clone_url, r.default_branch, t.commit_id, p.parameters" FLEET_TASKS_IN_RUNS R"sql(
  left join repositories r on r.repo_key = lower(t.repo)
  left join task_parameters p on p.fleet_id = t.fleet_id and p.ordinal = t.ordinal
  order by k.n, t.ordinal
)sql"};

// Most fleets have no parameters of single children: looking for each of them would cost a third of the reading.
constexpr Statement kSomeHaveParameters{"some_have_parameters", R"sql(
  select exists (select from unnest($1::uuid[]) as k(fleet_id) join fleets f on f.fleet_id = k.fleet_id
    where f.has_parameters)
)sql"};

}  // namespace

absl::StatusOr<std::vector<TaskDetails>> ReadDetails(database::Transaction& transaction,
                                                     const std::vector<domain::TaskId>& tasks) {
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

}  // namespace fleet::store
