#include "common/store/jobs/redrive.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/domain/task_transitions.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_ledger.h"
#include "common/store/retry_selection.h"
#include "common/store/task_rows.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kReadSelection{"read_selection", R"sql(
  select states, categories, fingerprints, repo_keys from fleet_generations where fleet_id = $1 and generation = $2
)sql"};

constexpr Statement kCountRetried{"count_retried", R"sql(
  update fleet_generations set retried = retried + $3 where fleet_id = $1 and generation = $2
)sql"};

std::set<std::string> ToSet(const std::vector<std::optional<std::string>>& texts) {
  std::set<std::string> set;
  for (const auto& text : texts) set.insert(text.value_or(""));
  return set;
}

absl::StatusOr<RetrySelection> ReadSelection(Transaction& transaction, const domain::Fleet& fleet) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadSelection, {fleet.id.ToUuid(), fleet.generation}));
  if (rows.empty()) return absl::InternalError("a generation is missing");
  RowReader row = rows[0];
  RetrySelection selection;
  for (const int32_t state : row.IntArray()) selection.states.insert(state);
  for (const int32_t category : row.IntArray()) selection.categories.insert(category);
  selection.fingerprints = ToSet(row.TextArray());
  selection.repo_keys = ToSet(row.TextArray());
  return selection;
}

// What the child's row says of its last attempt is overwritten by the next one: it is recorded first, unless it is.
EndedAttempt LastAttemptOf(const domain::Task& task) {
  EndedAttempt attempt;
  attempt.task = task.id;
  attempt.attempt = task.attempt;
  attempt.runner_id = task.runner_id;
  attempt.state = task.state;
  attempt.category = task.category;
  attempt.generation = task.generation;
  attempt.leased_at = task.leased_at;
  attempt.ended_at = task.ended_at.value_or(absl::UnixEpoch());
  return attempt;
}

}  // namespace

absl::StatusOr<JobStep> RedriveStep(Transaction& transaction, const JobClaim& claim) {
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  JobStep step{claim.key, 0, true};
  domain::Fleet* fleet = ledger.Find(claim.key);
  if (fleet == nullptr || !fleet->redriving) return step;
  const int32_t last = std::min(claim.cursor + kChildrenAStep, fleet->rollup.expanded);
  step.trace = domain::TraceOf(*fleet);
  step.generation = fleet->generation;
  step.next_cursor = last;
  step.finished = domain::IsClosing(*fleet) || last >= fleet->rollup.expanded;
  std::vector<domain::Task> changed;
  std::vector<EndedAttempt> attempts;
  if (!domain::IsClosing(*fleet)) {
    FLEET_ASSIGN_OR_RETURN(const RetrySelection selection, ReadSelection(transaction, *fleet));
    FLEET_ASSIGN_OR_RETURN(const std::vector<domain::Task> chosen,
                           SelectTasks(transaction, claim.key, selection, claim.cursor + 1, last));
    for (const domain::Task& task : chosen) {
      if (task.attempt > 0) attempts.push_back(LastAttemptOf(task));
      changed.push_back(domain::AfterRedrive(task, fleet->generation));
      ledger.Record(task, changed.back());
    }
  }
  if (!changed.empty()) {
    fleet->next_ordinal = std::min(fleet->next_ordinal, changed.front().id.ordinal);
    step.children = static_cast<int32_t>(changed.size());
    FLEET_RETURN_IF_ERROR(
        transaction.Execute(kCountRetried, {claim.key.ToUuid(), fleet->generation, step.children}).status());
  }
  if (step.finished) fleet->redriving = false;
  FLEET_RETURN_IF_ERROR(SaveTasks(transaction, changed));
  FLEET_RETURN_IF_ERROR(SaveControls(transaction, changed));
  FLEET_RETURN_IF_ERROR(InsertAttempts(transaction, attempts));
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  return step;
}

}  // namespace fleet::store
