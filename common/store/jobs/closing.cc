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

// Ends those children of a closing fleet that `applies` to. Nothing is left to do if it is not closing.
absl::StatusOr<JobStep> CloseRange(Transaction& transaction, const JobClaim& claim,
                                   bool (*applies)(domain::TaskState)) {
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  JobStep step{claim.key, 0, true};
  const domain::Fleet* fleet = ledger.Find(claim.key);
  if (fleet == nullptr || domain::IsTerminal(fleet->state) || !domain::IsClosing(*fleet)) return step;
  const int32_t last = std::min(claim.cursor + kChildrenAStep, fleet->rollup.expanded);
  step.next_cursor = last;
  step.finished = last >= fleet->rollup.expanded;
  FLEET_ASSIGN_OR_RETURN(const TaskBatch batch, LoadTaskRange(transaction, claim.key, claim.cursor + 1, last));
  std::vector<domain::Task> changed;
  for (const auto& [id, task] : batch.tasks) {
    if (!applies(task.state)) continue;
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
  return CloseRange(transaction, claim, [](domain::TaskState state) { return state == domain::TaskState::kQueued; });
}

absl::StatusOr<JobStep> EndStragglersStep(Transaction& transaction, const JobClaim& claim) {
  return CloseRange(transaction, claim, &domain::IsActive);
}

}  // namespace fleet::store
