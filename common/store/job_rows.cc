#include "common/store/job_rows.h"

namespace fleet::store {
namespace {

constexpr database::Statement kInsertJob{"insert_job", R"sql(
  insert into fleet_jobs (fleet_id, kind, not_before)
  values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond') on conflict do nothing
)sql"};

}  // namespace

absl::Status InsertJob(database::Transaction& transaction, const domain::Ulid& fleet_id, JobKind kind,
                       absl::Duration delay) {
  return transaction.Execute(kInsertJob, {fleet_id.ToUuid(), static_cast<int>(kind), absl::ToInt64Milliseconds(delay)})
      .status();
}

}  // namespace fleet::store
