#include "common/store/control_store.h"

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/domain/enumerator_names.h"
#include "common/domain/task_transitions.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/audit_rows.h"
#include "common/store/child_lookup.h"
#include "common/store/database_clock.h"
#include "common/store/fleet_ledger.h"
#include "common/store/job_rows.h"
#include "common/store/row_codec.h"
#include "common/store/task_rows.h"

namespace fleet::store {
namespace {

using database::Transaction;
using Facts = std::map<std::string, std::string>;

std::string TimeText(const std::optional<absl::Time>& time) {
  return time.has_value() ? absl::FormatTime(absl::RFC3339_full, *time, absl::UTCTimeZone()) : "none";
}

Facts PauseFacts(const domain::Fleet& fleet) { return {{"paused", fleet.pause_reasons != 0 ? "true" : "false"}}; }

// What of `fleet` the update concerns.
Facts PolicyFacts(const domain::Fleet& fleet, const PolicyUpdate& update) {
  Facts facts;
  if (update.max_concurrency.has_value()) facts["max_concurrency"] = absl::StrCat(fleet.policy.max_concurrency);
  if (update.priority.has_value()) facts["priority"] = absl::StrCat(fleet.policy.priority);
  if (update.sets_deadline) facts["deadline"] = TimeText(fleet.policy.deadline);
  return facts;
}

Facts TaskFacts(const domain::Task& task) {
  Facts facts = {{"state", std::string(domain::NameOf(task.state))}};
  if (task.cancel_requested_at.has_value()) facts["cancel_requested"] = "true";
  return facts;
}

// Locks a fleet that runs. The ledger holds no other.
absl::StatusOr<FleetLedger> LockRunning(Transaction& transaction, const domain::Ulid& fleet_id) {
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {fleet_id}));
  const domain::Fleet* fleet = ledger.Find(fleet_id);
  if (fleet == nullptr) return FleetNotFound(fleet_id);
  FLEET_RETURN_IF_ERROR(CheckRuns(*fleet));
  return ledger;
}

// Writes what `change` does to the fleet, or nothing if it does nothing.
template <typename Change>
absl::StatusOr<FleetRecord> SetPause(database::ConnectionPool& pool, const domain::Caller& caller,
                                     const domain::Ulid& fleet_id, const std::string& action, const Change& change) {
  return database::InTransaction(pool, [&](Transaction& transaction) -> absl::StatusOr<FleetRecord> {
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, LockRunning(transaction, fleet_id));
    domain::Fleet* fleet = ledger.Find(fleet_id);
    const domain::Fleet before = *fleet;
    change(*fleet);
    if (fleet->pause_reasons == before.pause_reasons) {
      transaction.RollBackInstead();
      return GetFleetRecord(transaction, fleet_id);
    }
    FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
    FLEET_RETURN_IF_ERROR(
        InsertAudit(transaction, {caller.user, action, fleet_id, "", PauseFacts(before), PauseFacts(*fleet)}));
    return GetFleetRecord(transaction, fleet_id);
  });
}

// Sets `busy`, and changes nothing, if a batch of reports has the child and waits for the fleet.
absl::Status CancelIn(Transaction& transaction, const domain::Caller& caller, const domain::Ulid& fleet_id,
                      const std::string& repo, std::optional<domain::TaskId>& busy) {
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {fleet_id}));
  if (ledger.Find(fleet_id) == nullptr) return FleetNotFound(fleet_id);
  FLEET_ASSIGN_OR_RETURN(const int32_t ordinal, FindOrdinal(transaction, fleet_id, repo));
  FLEET_ASSIGN_OR_RETURN(const TaskBatch batch, LoadTasks(transaction, {{fleet_id, ordinal}}));
  const domain::Task before = batch.tasks.begin()->second;
  if (before.state == domain::TaskState::kCancelled || before.cancel_requested_at.has_value()) {
    transaction.RollBackInstead();
    return absl::OkStatus();
  }
  if (domain::IsTerminal(before.state)) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("the child of ", before.repo, " has ended already"),
                     {"TASK_ALREADY_ENDED", {{"task_id", before.id.ToString()}}, {}});
  }
  domain::Task after = before;
  if (domain::IsActive(before.state)) {
    FLEET_ASSIGN_OR_RETURN(const TaskBatch claimed, ClaimActiveTasks(transaction, {before.id}));
    if (claimed.tasks.empty()) {
      transaction.RollBackInstead();
      busy = before.id;
      return absl::OkStatus();
    }
    after.cancel_requested_at = batch.now;
    FLEET_RETURN_IF_ERROR(SaveControls(transaction, {after}));
  } else {
    after = domain::AfterCancel(before, batch.now);
    FLEET_RETURN_IF_ERROR(SaveTasks(transaction, {after}));
  }
  ledger.Record(before, after);
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  return InsertAudit(transaction,
                     {caller.user, "CancelFleetTask", fleet_id, before.repo, TaskFacts(before), TaskFacts(after)});
}

}  // namespace

absl::Status CheckRuns(const domain::Fleet& fleet) {
  const std::string id = fleet.id.ToString();
  if (domain::IsTerminal(fleet.state)) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("fleet ", id, " has ended already; a retry opens it again"),
                     {"FLEET_ALREADY_ENDED", {{"fleet_id", id}}, {}});
  }
  if (!domain::IsClosing(fleet)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat("fleet ", id, " is being brought to its end"),
                   {"FLEET_CANCELLING", {{"fleet_id", id}}, {}});
}

absl::StatusOr<FleetRecord> ControlStore::Pause(const domain::Caller& caller, const domain::Ulid& fleet_id) {
  return SetPause(pool_, caller, fleet_id, "PauseFleet", [&](domain::Fleet& fleet) {
    fleet.pause_reasons |= static_cast<int32_t>(domain::PauseReason::kUser);
    fleet.paused_by = caller.user;
  });
}

absl::StatusOr<FleetRecord> ControlStore::Resume(const domain::Caller& caller, const domain::Ulid& fleet_id) {
  return SetPause(pool_, caller, fleet_id, "ResumeFleet", [](domain::Fleet& fleet) {
    fleet.pause_reasons &= ~static_cast<int32_t>(domain::PauseReason::kUser);
    fleet.paused_by.clear();
  });
}

absl::StatusOr<FleetRecord> ControlStore::Update(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                                 const PolicyUpdate& update) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<FleetRecord> {
    // Jobs are locked before fleets.
    if (update.sets_deadline && update.deadline.has_value()) {
      FLEET_RETURN_IF_ERROR(ScheduleJob(transaction, fleet_id, JobKind::kDeadline, *update.deadline));
    } else if (update.sets_deadline) {
      FLEET_RETURN_IF_ERROR(DropJobs(transaction, fleet_id, {JobKind::kDeadline}));
    }
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, LockRunning(transaction, fleet_id));
    domain::Fleet* fleet = ledger.Find(fleet_id);
    const Facts before = PolicyFacts(*fleet, update);
    FLEET_ASSIGN_OR_RETURN(const absl::Time now, ReadClock(transaction));
    if (fleet->policy.deadline.has_value() && *fleet->policy.deadline <= now) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "the fleet's deadline has passed already",
                       {"FLEET_CANCELLING", {{"fleet_id", fleet_id.ToString()}}, {}});
    }
    if (update.deadline.has_value() && *update.deadline <= now) {
      return InvalidField("policy.deadline", "has passed already");
    }
    if (update.max_concurrency.has_value()) fleet->policy.max_concurrency = *update.max_concurrency;
    if (update.priority.has_value()) fleet->policy.priority = *update.priority;
    if (update.sets_deadline) fleet->policy.deadline = update.deadline;
    if (PolicyFacts(*fleet, update) == before) {
      transaction.RollBackInstead();
      return GetFleetRecord(transaction, fleet_id);
    }
    FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
    FLEET_RETURN_IF_ERROR(
        InsertAudit(transaction, {caller.user, "UpdateFleet", fleet_id, "", before, PolicyFacts(*fleet, update)}));
    return GetFleetRecord(transaction, fleet_id);
  });
}

absl::StatusOr<TaskRecord> ControlStore::CancelTask(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                                    const std::string& repo) {
  std::optional<domain::TaskId> busy;
  do {
    if (busy.has_value()) FLEET_RETURN_IF_ERROR(AwaitTask(pool_, *busy));
    FLEET_RETURN_IF_ERROR(database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
      busy.reset();
      return CancelIn(transaction, caller, fleet_id, repo, busy);
    }));
  } while (busy.has_value());
  return TaskStore(pool_).Get(caller, fleet_id, repo);
}

}  // namespace fleet::store
