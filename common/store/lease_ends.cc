#include "common/store/lease_ends.h"

#include <string>

#include "common/domain/task_transitions.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_ledger.h"
#include "common/store/task_rows.h"

namespace fleet::store {
namespace {

using database::Transaction;

constexpr LeaseEnd kLost = {domain::FailureReason::kRunnerLost, LeaseExpiry::kRunnerLost,
                            "the runner was lost: no heartbeat within the lease time"};
constexpr LeaseEnd kGivenBack = {domain::FailureReason::kGivenBack, LeaseExpiry::kNotHeld,
                                 "the runner gave the task back without a result"};
constexpr LeaseEnd kOverdue = {domain::FailureReason::kTaskTimedOut, LeaseExpiry::kTimedOut,
                               "ran past its timeout and its runner did not stop it"};
constexpr LeaseEnd kUnconfirmed = {domain::FailureReason::kGivenBack, LeaseExpiry::kUnconfirmed,
                                   "was cancelled, and its runner did not confirm within the grace time"};

EndedAttempt ReturnRecord(const domain::Task& before, const domain::Task& after, const domain::Ulid& runner_id,
                          absl::Time now, const LeaseEnd& end) {
  EndedAttempt attempt;
  attempt.task = before.id;
  attempt.attempt = before.attempt;
  attempt.runner_id = runner_id;
  attempt.state = domain::IsTerminal(after.state) ? after.state : domain::TaskState::kQueued;
  const domain::FailureKind& kind = domain::KindOf(end.reason);
  attempt.category = kind.category;
  attempt.reason = end.reason;
  attempt.generation = before.generation;
  attempt.leased_at = before.leased_at;
  attempt.ended_at = now;
  attempt.texts.message = std::string(end.message);
  return attempt;
}

bool IsHeldBy(const domain::Task& task, const domain::Ulid& runner_id, const GrantedTask& lease) {
  return task.attempt == lease.attempt && task.runner_id == runner_id && domain::IsActive(task.state);
}

}  // namespace

std::pair<domain::Task, LeaseEnd> EndLost(const domain::Task& task, const domain::Fleet& fleet, absl::Time now) {
  return {domain::AfterReturn(task, fleet, domain::ReturnCause::kRunnerLost, now), kLost};
}
std::pair<domain::Task, LeaseEnd> EndGivenBack(const domain::Task& task, const domain::Fleet& fleet, absl::Time now) {
  return {domain::AfterReturn(task, fleet, domain::ReturnCause::kGivenBack, now), kGivenBack};
}
std::pair<domain::Task, LeaseEnd> EndOverdue(const domain::Task& task, const domain::Fleet&, absl::Time now) {
  return {domain::AfterTimeout(task, now), kOverdue};
}
std::pair<domain::Task, LeaseEnd> EndUnconfirmed(const domain::Task& task, const domain::Fleet&, absl::Time now) {
  return {domain::AfterCancel(task, now), kUnconfirmed};
}

absl::StatusOr<Leases> TakeLeases(Transaction& transaction, const domain::Ulid& runner_id,
                                  const std::vector<GrantedTask>& leases, LeaseEnding ending) {
  std::vector<domain::Ulid> fleet_ids;
  std::vector<domain::TaskId> task_ids;
  for (const GrantedTask& lease : leases) {
    fleet_ids.push_back(lease.id.fleet_id);
    task_ids.push_back(lease.id);
  }
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, fleet_ids));
  FLEET_ASSIGN_OR_RETURN(const TaskBatch batch, LoadTasks(transaction, task_ids));
  FLEET_ASSIGN_OR_RETURN(const TaskBatch claimed, ClaimActiveTasks(transaction, task_ids));
  Leases busy;
  std::vector<domain::Task> changed;
  std::vector<EndedAttempt> ended;
  for (const GrantedTask& lease : leases) {
    const auto found = batch.tasks.find(lease.id);
    if (found == batch.tasks.end() || !IsHeldBy(found->second, runner_id, lease)) continue;
    if (claimed.tasks.count(lease.id) == 0) {
      busy.insert({lease.id, lease.attempt});
      continue;
    }
    const domain::Task& task = found->second;
    const auto [after, end] = ending(task, *ledger.Find(task.id.fleet_id), batch.now);
    ledger.Record(task, after);
    ledger.RecordExpiry(end.expiry);
    ended.push_back(ReturnRecord(task, after, runner_id, batch.now, end));
    changed.push_back(after);
  }
  FLEET_RETURN_IF_ERROR(SaveTasks(transaction, changed));
  FLEET_RETURN_IF_ERROR(InsertAttempts(transaction, ended));
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  return busy;
}

}  // namespace fleet::store
