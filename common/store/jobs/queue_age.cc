#include "common/store/jobs/queue_age.h"

#include <algorithm>
#include <vector>

#include "common/domain/task_transitions.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_columns.h"
#include "common/store/fleet_ledger.h"
#include "common/store/limit_rows.h"
#include "common/store/task_rows.h"

namespace fleet::store {
namespace {

using database::Rows;
using database::Statement;
using database::Transaction;

// Only fleets in which some child may be too old: what is delayed is as old as its retry_at at most.
constexpr Statement kScheduleQueueAge{"schedule_queue_age", R"sql(
  insert into fleet_jobs (fleet_id, kind)
  select f.fleet_id, 6 from fleets f
  where )sql" FLEET_MAY_START R"sql(
    and f.queue_since < clock_timestamp() - $1 * interval '1 second'
    and (f.queued > f.delayed or f.next_retry_at < clock_timestamp() - $1 * interval '1 second')
  on conflict do nothing
)sql"};

}  // namespace

absl::StatusOr<JobStep> QueueAgeStep(Transaction& transaction, const JobClaim& claim) {
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
  const absl::Duration limit = absl::Seconds(limits.queue_age_seconds);
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  JobStep step{claim.key, 0, true};
  const domain::Fleet* fleet = ledger.Find(claim.key);
  if (fleet == nullptr || !domain::MayStart(*fleet) || limits.queue_age_seconds == 0) return step;
  const int32_t last = std::min(claim.cursor + kChildrenAStep, fleet->rollup.expanded);
  step.next_cursor = last;
  step.finished = last >= fleet->rollup.expanded;
  FLEET_ASSIGN_OR_RETURN(const TaskBatch batch, LoadTaskRange(transaction, claim.key, claim.cursor + 1, last));
  std::vector<domain::Task> changed;
  for (const auto& [id, task] : batch.tasks) {
    if (task.state != domain::TaskState::kQueued) continue;
    // A child that waits out a backoff is not kept waiting until it is due.
    const absl::Time since = std::max(fleet->queue_since, task.retry_at.value_or(absl::InfinitePast()));
    if (since + limit >= batch.now) continue;
    changed.push_back(domain::AfterQueueAge(task, batch.now));
    ledger.Record(task, changed.back());
  }
  step.children = static_cast<int32_t>(changed.size());
  FLEET_RETURN_IF_ERROR(SaveTasks(transaction, changed));
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  return step;
}

absl::StatusOr<int> ScheduleQueueAge(Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
  if (limits.queue_age_seconds == 0) return 0;
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kScheduleQueueAge, {limits.queue_age_seconds}));
  return static_cast<int>(rows.affected());
}

}  // namespace fleet::store
