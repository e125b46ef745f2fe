#include "common/store/job_store.h"

#include <string>

#include "common/database/transaction.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

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

absl::StatusOr<std::optional<JobClaim>> Claim(Transaction& transaction, JobKind kind) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kClaimJob, {static_cast<int>(kind)}));
  if (rows.empty()) return std::nullopt;
  RowReader row = rows[0];
  JobClaim claim;
  claim.key = ReadUlid(row);
  claim.cursor = row.Int();
  return std::optional<JobClaim>(claim);
}

absl::Status Save(Transaction& transaction, JobKind kind, const JobClaim& claim, const JobStep& done) {
  const std::string key = claim.key.ToUuid();
  if (done.finished) return transaction.Execute(kDeleteJob, {key, static_cast<int>(kind)}).status();
  if (done.kept) return absl::OkStatus();
  return transaction.Execute(kSaveCursor, {key, static_cast<int>(kind), done.next_cursor}).status();
}

}  // namespace

absl::StatusOr<bool> JobStore::AnyDue(const std::vector<JobKind>& kinds) {
  database::Array numbers;
  for (const JobKind kind : kinds) numbers.Add(static_cast<int64_t>(kind));
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<bool> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kAnyDue, {numbers}));
    return rows[0].Bool();
  });
}

absl::StatusOr<std::optional<JobStep>> JobStore::RunStep(const JobType& type) {
  std::optional<JobClaim> claimed;
  absl::StatusOr<std::optional<JobStep>> result =
      database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::optional<JobStep>> {
        FLEET_ASSIGN_OR_RETURN(claimed, Claim(transaction, type.kind));
        if (!claimed.has_value()) {
          transaction.RollBackInstead();
          return std::nullopt;
        }
        FLEET_ASSIGN_OR_RETURN(const JobStep done, type.step(transaction, *claimed));
        FLEET_RETURN_IF_ERROR(Save(transaction, type.kind, *claimed, done));
        return std::optional<JobStep>(done);
      });
  if (!result.ok() && claimed.has_value() && !absl::IsUnavailable(result.status())) {
    FLEET_RETURN_IF_ERROR(type.give_up != nullptr && absl::IsDataLoss(result.status())
                              ? GiveUp(type, *claimed, result.status())
                              : PutOff(type.kind, claimed->key, result.status()));
  }
  return result;
}

absl::StatusOr<int> JobStore::Schedule(const JobType& type) {
  if (type.schedule == nullptr) return 0;
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<int> {
    FLEET_ASSIGN_OR_RETURN(const int scheduled, type.schedule(transaction));
    if (scheduled == 0) transaction.RollBackInstead();
    return scheduled;
  });
}

absl::Status JobStore::PutOff(JobKind kind, const domain::Ulid& key, const absl::Status& error) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    return transaction.Execute(kPutOffJob, {key.ToUuid(), static_cast<int>(kind), std::string(error.message())})
        .status();
  });
}

absl::Status JobStore::GiveUp(const JobType& type, const JobClaim& claim, const absl::Status& error) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    FLEET_RETURN_IF_ERROR(transaction.Execute(kDeleteJob, {claim.key.ToUuid(), static_cast<int>(type.kind)}).status());
    return type.give_up(transaction, claim, error);
  });
}

}  // namespace fleet::store
