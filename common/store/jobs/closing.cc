#include "common/store/jobs/closing.h"

#include <algorithm>
#include <vector>

#include "common/domain/task_transitions.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_ledger.h"
#include "common/store/task_rows.h"

namespace fleet::store {
namespace {

using database::Transaction;

enum class Which { kQueued, kActive };

std::vector<domain::TaskId> Chosen(const TaskBatch& batch, Which which) {
  std::vector<domain::TaskId> ids;
  for (const auto& [id, task] : batch.tasks) {
    const bool applies =
        which == Which::kActive ? domain::IsActive(task.state) : task.state == domain::TaskState::kQueued;
    if (applies) ids.push_back(id);
  }
  return ids;
}

// Ends those children of a closing fleet that are queued or active. Nothing is left to do if it is not closing.
absl::StatusOr<JobStep> CloseRange(Transaction& transaction, const JobClaim& claim, Which which) {
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  JobStep step{claim.key, 0, true};
  const domain::Fleet* fleet = ledger.Find(claim.key);
  if (fleet == nullptr || domain::IsTerminal(fleet->state) || !domain::IsClosing(*fleet)) return step;
  const int32_t last = std::min(claim.cursor + kChildrenAStep, fleet->rollup.expanded);
  step.next_cursor = last;
  step.finished = last >= fleet->rollup.expanded;
  FLEET_ASSIGN_OR_RETURN(const TaskBatch batch, LoadTaskRange(transaction, claim.key, claim.cursor + 1, last));
  const std::vector<domain::TaskId> chosen = Chosen(batch, which);
  TaskBatch claimed;
  if (which == Which::kActive) {
    FLEET_ASSIGN_OR_RETURN(claimed, ClaimActiveTasks(transaction, chosen));
  }
  std::vector<domain::Task> changed;
  for (const domain::TaskId& id : chosen) {
    if (which == Which::kActive && claimed.tasks.count(id) == 0) {
      // A batch of reports has it, and waits for the fleet: the next step begins with it.
      step.next_cursor = std::min(step.next_cursor, id.ordinal - 1);
      step.finished = false;
      continue;
    }
    const domain::Task& task = batch.tasks.at(id);
    changed.push_back(domain::AfterClosing(task, *fleet, batch.now));
    ledger.Record(task, changed.back());
  }
  step.children = static_cast<int32_t>(changed.size());
  FLEET_RETURN_IF_ERROR(SaveTasks(transaction, changed));
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  return step;
}

}  // namespace

absl::StatusOr<JobStep> SweepStep(Transaction& transaction, const JobClaim& claim) {
  return CloseRange(transaction, claim, Which::kQueued);
}

absl::StatusOr<JobStep> EndStragglersStep(Transaction& transaction, const JobClaim& claim) {
  return CloseRange(transaction, claim, Which::kActive);
}

}  // namespace fleet::store
