#include "common/store/job_rows.h"

#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

constexpr database::Statement kInsertJob{"insert_job", R"sql(
  insert into fleet_jobs (fleet_id, kind, not_before)
  values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond') on conflict do nothing
)sql"};

constexpr database::Statement kScheduleJob{"schedule_job", R"sql(
  insert into fleet_jobs (fleet_id, kind, not_before) values ($1, $2, )sql" FLEET_TIMESTAMP("$3::bigint") R"sql()
  on conflict (fleet_id, kind) do update set not_before = excluded.not_before
)sql"};

constexpr database::Statement kDropJobs{"drop_jobs", R"sql(
  delete from fleet_jobs where fleet_id = $1 and kind = any($2::smallint[])
)sql"};

}  // namespace

absl::Status InsertJob(database::Transaction& transaction, const domain::Ulid& fleet_id, JobKind kind,
                       absl::Duration delay) {
  return transaction.Execute(kInsertJob, {fleet_id.ToUuid(), static_cast<int>(kind), absl::ToInt64Milliseconds(delay)})
      .status();
}

absl::Status ScheduleJob(database::Transaction& transaction, const domain::Ulid& fleet_id, JobKind kind,
                         absl::Time time) {
  return transaction.Execute(kScheduleJob, {fleet_id.ToUuid(), static_cast<int>(kind), time}).status();
}

absl::Status DropJobs(database::Transaction& transaction, const domain::Ulid& fleet_id,
                      const std::vector<JobKind>& kinds) {
  database::Array numbers;
  for (const JobKind kind : kinds) numbers.Add(static_cast<int64_t>(kind));
  return transaction.Execute(kDropJobs, {fleet_id.ToUuid(), numbers}).status();
}

}  // namespace fleet::store
