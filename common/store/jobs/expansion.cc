#include "common/store/jobs/expansion.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/public_words.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_ledger.h"
#include "common/store/job_rows.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

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

}  // namespace

absl::StatusOr<JobStep> ExpandStep(Transaction& transaction, const JobClaim& claim) {
  const std::string fleet_id = claim.key.ToUuid();
  FLEET_ASSIGN_OR_RETURN(const Rows chunk, transaction.Execute(kReadChunk, {fleet_id, claim.cursor}));
  if (chunk.empty()) return JobStep{claim.key, 0, true};
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
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  domain::Fleet* fleet = ledger.Find(claim.key);
  if (fleet == nullptr) return absl::DataLossError("the fleet of an expansion is gone");
  const bool is_end = last >= fleet->rollup.total;
  // A chunk that was enqueued before is not counted twice.
  if (inserted.affected() == 0 && fleet->rollup.expanded >= last)
    return JobStep{claim.key, 0, is_end, false, claim.cursor + 1};
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
  JobStep step{claim.key, last - first + 1, is_end, false, claim.cursor + 1};
  step.trace = domain::TraceOf(*fleet);
  step.generation = fleet->generation;
  return step;
}

absl::Status FailExpansion(Transaction& transaction, const JobClaim& claim, const absl::Status& error) {
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  domain::Fleet* fleet = ledger.Find(claim.key);
  if (fleet == nullptr || domain::IsTerminal(fleet->state)) return absl::OkStatus();
  fleet->expansion_failed = true;
  fleet->failure_message = std::string(ForCallers(error).message());
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, claim.key, JobKind::kSweep, absl::ZeroDuration()));
  return InsertJob(transaction, claim.key, JobKind::kEndStragglers, absl::ZeroDuration());
}

}  // namespace fleet::store
