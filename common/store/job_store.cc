#include "common/store/job_store.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/domain/task_transitions.h"
#include "common/status/status_macros.h"
#include "common/store/database_clock.h"
#include "common/store/fleet_columns.h"
#include "common/store/fleet_ledger.h"
#include "common/store/limits.h"
#include "common/store/row_codec.h"
#include "common/store/task_sweeps.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kClaimJob{"claim_job", R"sql(
  select fleet_id, cursor from fleet_jobs where kind = $1 and not_before <= clock_timestamp()
  order by not_before limit 1 for update skip locked
)sql"};

constexpr Statement kAnyDue{"any_job_due", R"sql(
  select exists (select from fleet_jobs where kind = any($1::smallint[]) and not_before <= clock_timestamp())
)sql"};

// Behind the others that are due: jobs take turns.
constexpr Statement kSaveCursor{"save_cursor", R"sql(
  update fleet_jobs set cursor = $3, failures = 0, not_before = clock_timestamp() where fleet_id = $1 and kind = $2
)sql"};

constexpr Statement kDeleteJob{"delete_job", "delete from fleet_jobs where fleet_id = $1 and kind = $2"};

constexpr Statement kPutOffJob{"put_off_job", R"sql(
  update fleet_jobs set failures = failures + 1, last_error = $3,
    not_before = clock_timestamp() + least(60, power(2, least(failures, 6))) * interval '1 second'
  where fleet_id = $1 and kind = $2
)sql"};

// The cursor is the number of children enqueued; chunks are looked up by their first ordinal.
constexpr Statement kInsertChildren{"insert_children", R"sql(
  insert into tasks (fleet_id, ordinal, repo)
  select c.fleet_id, c.first_ordinal + k.n - 1, k.repo
  from fleet_targets c cross join lateral unnest(c.repos) with ordinality as k(repo, n)
  where c.fleet_id = $1 and c.chunk = $2
  on conflict do nothing
)sql"};

constexpr Statement kInsertChildParameters{"insert_child_parameters", R"sql(
  insert into task_parameters (fleet_id, ordinal, parameters)
  select c.fleet_id, c.first_ordinal + k.n - 1, k.parameters
  from fleet_targets c cross join lateral unnest(c.parameters) with ordinality as k(parameters, n)
  where c.fleet_id = $1 and c.chunk = $2 and k.parameters is not null
  on conflict do nothing
)sql"};

constexpr Statement kReadChunk{"read_chunk", R"sql(
  select first_ordinal, cardinality(repos) from fleet_targets where fleet_id = $1 and chunk = $2
)sql"};

// Targets of the chunk whose row is missing or says something else.
constexpr Statement kCountDisagreeing{"count_disagreeing", R"sql(
  select count(*)
  from fleet_targets c cross join lateral unnest(c.repos) with ordinality as k(repo, n)
  where c.fleet_id = $1 and c.chunk = $2 and not exists (
    select from tasks t where t.fleet_id = c.fleet_id and t.ordinal = c.first_ordinal + k.n - 1 and t.repo = k.repo)
)sql"};

constexpr Statement kCloseNewChildren{"close_new_children", R"sql(
  update tasks set state = $4, category = $5, ended_at = clock_timestamp()
  where fleet_id = $1 and ordinal between $2 and $3
)sql"};

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

absl::StatusOr<std::optional<JobStep>> JobStore::ExpandStep() { return RunStep(JobKind::kExpand, &Expand); }
absl::StatusOr<std::optional<JobStep>> JobStore::SweepStep() { return RunStep(JobKind::kSweep, &Sweep); }
absl::StatusOr<std::optional<JobStep>> JobStore::EndStragglersStep() {
  return RunStep(JobKind::kEndStragglers, &EndStragglers);
}
absl::StatusOr<std::optional<JobStep>> JobStore::RedriveStep() {
  return RunStep(JobKind::kRedrive, [](Transaction& transaction, const Claim& claim) {
    return Redrive(transaction, claim.fleet_id, claim.cursor);
  });
}
absl::StatusOr<std::optional<JobStep>> JobStore::DeadlineStep() {
  return RunStep(JobKind::kDeadline,
                 [this](Transaction& transaction, const Claim& claim) { return PassDeadline(transaction, claim); });
}
absl::StatusOr<std::optional<JobStep>> JobStore::QueueAgeStep() {
  return RunStep(JobKind::kQueueAge, [](Transaction& transaction, const Claim& claim) {
    return FailAged(transaction, claim.fleet_id, claim.cursor);
  });
}

absl::StatusOr<bool> JobStore::AnyDue(std::initializer_list<JobKind> kinds) {
  database::Array numbers;
  for (const JobKind kind : kinds) numbers.Add(static_cast<int64_t>(kind));
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<bool> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kAnyDue, {numbers}));
    return rows[0].Bool();
  });
}

absl::StatusOr<std::optional<JobStep>> JobStore::RunStep(JobKind kind, const Step& step) {
  domain::Ulid claimed;
  absl::StatusOr<std::optional<JobStep>> result =
      database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::optional<JobStep>> {
        FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kClaimJob, {static_cast<int>(kind)}));
        if (rows.empty()) {
          transaction.RollBackInstead();
          return std::nullopt;
        }
        RowReader row = rows[0];
        Claim claim;
        claim.fleet_id = ReadUlid(row);
        claim.cursor = row.Int();
        claimed = claim.fleet_id;
        FLEET_ASSIGN_OR_RETURN(const JobStep done, step(transaction, claim));
        const std::string fleet_id = claim.fleet_id.ToUuid();
        if (done.finished) {
          FLEET_RETURN_IF_ERROR(transaction.Execute(kDeleteJob, {fleet_id, static_cast<int>(kind)}).status());
        } else if (!done.kept) {
          const int32_t moved = kind == JobKind::kExpand ? 1 : kTaskSweepStep;
          FLEET_RETURN_IF_ERROR(
              transaction.Execute(kSaveCursor, {fleet_id, static_cast<int>(kind), claim.cursor + moved}).status());
        }
        return std::optional<JobStep>(done);
      });
  if (!result.ok() && !claimed.IsNone() && !absl::IsUnavailable(result.status())) {
    FLEET_RETURN_IF_ERROR(kind == JobKind::kExpand && absl::IsDataLoss(result.status())
                              ? FailExpansion(claimed, result.status())
                              : PutOff(kind, claimed, result.status()));
  }
  return result;
}

// The cursor of an expansion is the chunk.
absl::StatusOr<JobStep> JobStore::Expand(Transaction& transaction, const Claim& claim) {
  const std::string fleet_id = claim.fleet_id.ToUuid();
  FLEET_ASSIGN_OR_RETURN(const Rows chunk, transaction.Execute(kReadChunk, {fleet_id, claim.cursor}));
  if (chunk.empty()) return JobStep{claim.fleet_id, 0, true};
  RowReader row = chunk[0];
  const int32_t first = row.Int();
  const int32_t last = first + row.Int() - 1;
  FLEET_ASSIGN_OR_RETURN(const Rows inserted, transaction.Execute(kInsertChildren, {fleet_id, claim.cursor}));
  FLEET_RETURN_IF_ERROR(transaction.Execute(kInsertChildParameters, {fleet_id, claim.cursor}).status());
  const bool some_were_there = inserted.affected() != last - first + 1;
  if (some_were_there) {
    FLEET_ASSIGN_OR_RETURN(const Rows disagreeing, transaction.Execute(kCountDisagreeing, {fleet_id, claim.cursor}));
    const int64_t count = disagreeing[0].BigInt();
    if (count > 0) return absl::DataLossError(absl::StrCat(count, " children stand for other repositories"));
  }
  // The rows are invisible until the commit, so the fleet is locked last: its lock is not held through the insert.
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.fleet_id}));
  domain::Fleet* fleet = ledger.Find(claim.fleet_id);
  if (fleet == nullptr) return absl::DataLossError("the fleet of an expansion is gone");
  const bool is_end = last >= fleet->rollup.total;
  // A chunk that was enqueued before is not counted twice.
  if (inserted.affected() == 0 && fleet->rollup.expanded >= last) return JobStep{claim.fleet_id, 0, is_end};
  if (some_were_there || fleet->rollup.expanded != first - 1) {
    return absl::DataLossError(
        absl::StrCat("expansion is at child ", first, ", the fleet counts ", fleet->rollup.expanded));
  }
  const bool closing = domain::IsClosing(*fleet);
  const domain::TaskState state = closing ? domain::ClosingState(*fleet) : domain::TaskState::kQueued;
  if (closing) {
    const bool late = state == domain::TaskState::kTimedOut;
    const domain::FailureCategory category = late ? domain::FailureCategory::kTimeout : domain::FailureCategory::kNone;
    FLEET_RETURN_IF_ERROR(
        transaction
            .Execute(kCloseNewChildren, {fleet_id, first, last, static_cast<int>(state), static_cast<int>(category)})
            .status());
  }
  ledger.RecordCreated(*fleet, first, last, state);
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  return JobStep{claim.fleet_id, last - first + 1, is_end};
}

absl::StatusOr<JobStep> JobStore::Sweep(Transaction& transaction, const Claim& claim) {
  return CloseRange(transaction, claim.fleet_id, claim.cursor,
                    [](domain::TaskState state) { return state == domain::TaskState::kQueued; });
}

absl::StatusOr<JobStep> JobStore::EndStragglers(Transaction& transaction, const Claim& claim) {
  return CloseRange(transaction, claim.fleet_id, claim.cursor, &domain::IsActive);
}

absl::StatusOr<JobStep> JobStore::PassDeadline(Transaction& transaction, const Claim& claim) const {
  JobStep step{claim.fleet_id, 0, true};
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.fleet_id}));
  FLEET_ASSIGN_OR_RETURN(const absl::Time now, ReadClock(transaction));
  domain::Fleet* fleet = ledger.Find(claim.fleet_id);
  const bool applies = fleet != nullptr && !domain::IsTerminal(fleet->state) && !domain::IsClosing(*fleet) &&
                       fleet->policy.deadline.has_value();
  if (!applies) return step;
  if (now < *fleet->policy.deadline) {
    // It was put off since this job became due.
    FLEET_RETURN_IF_ERROR(ScheduleJob(transaction, claim.fleet_id, JobKind::kDeadline, *fleet->policy.deadline));
    step.finished = false;
    step.kept = true;
    return step;
  }
  fleet->expired = true;
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, claim.fleet_id, JobKind::kSweep, absl::ZeroDuration()));
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, claim.fleet_id, JobKind::kEndStragglers, cancel_grace_));
  return step;
}

absl::StatusOr<int> JobStore::ScheduleQueueAge() {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<int> {
    FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
    if (limits.queue_age_seconds == 0) {
      transaction.RollBackInstead();
      return 0;
    }
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kScheduleQueueAge, {limits.queue_age_seconds}));
    if (rows.affected() == 0) transaction.RollBackInstead();
    return static_cast<int>(rows.affected());
  });
}

absl::Status JobStore::PutOff(JobKind kind, const domain::Ulid& fleet_id, const absl::Status& error) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    return transaction.Execute(kPutOffJob, {fleet_id.ToUuid(), static_cast<int>(kind), std::string(error.message())})
        .status();
  });
}

absl::Status JobStore::FailExpansion(const domain::Ulid& fleet_id, const absl::Status& error) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    FLEET_RETURN_IF_ERROR(
        transaction.Execute(kDeleteJob, {fleet_id.ToUuid(), static_cast<int>(JobKind::kExpand)}).status());
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {fleet_id}));
    domain::Fleet* fleet = ledger.Find(fleet_id);
    if (fleet == nullptr || domain::IsTerminal(fleet->state)) return absl::OkStatus();
    fleet->expansion_failed = true;
    fleet->failure_message = std::string(error.message());
    FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
    FLEET_RETURN_IF_ERROR(InsertJob(transaction, fleet_id, JobKind::kSweep, absl::ZeroDuration()));
    return InsertJob(transaction, fleet_id, JobKind::kEndStragglers, absl::ZeroDuration());
  });
}

}  // namespace fleet::store
