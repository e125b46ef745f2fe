#include "common/store/system_store.h"

#include "absl/strings/str_cat.h"
#include "common/database/migrations.h"
#include "common/database/transaction.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_columns.h"
#include "common/store/jobs/job_types.h"
#include "common/store/limit_rows.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kReadDatabaseFacts{
    "read_database_facts",
    "select split_part(current_setting('server_version'), ' ', 1),"
    " (select coalesce(max(number), 0) from schema_migrations), " FLEET_MICROS("clock_timestamp()")};

// `p` is a row of services or of worker_presence.
#define FLEET_PRESENCE_COLUMNS                                       \
  "p.version, p.host, " FLEET_MICROS("p.seen_at") ", " FLEET_MICROS( \
      "(clock_timestamp() - p.seen_at)") ", " FLEET_MICROS("p.continuous_since")
#define FLEET_SEEN_OF_LATE \
  " p where p.seen_at > clock_timestamp() - interval '1 day' order by p.seen_at desc limit 1000"

constexpr Statement kReadServicePresence{
    "read_service_presence", "select p.service_id, " FLEET_PRESENCE_COLUMNS " from services" FLEET_SEEN_OF_LATE};

constexpr Statement kReadWorkerPresence{
    "read_worker_presence", "select p.worker_id, " FLEET_PRESENCE_COLUMNS " from worker_presence" FLEET_SEEN_OF_LATE};

constexpr Statement kRecordWorker{"record_worker", R"sql(
  with gone as (delete from worker_presence where seen_at < clock_timestamp() - interval '1 day')
  insert into worker_presence (worker_id, version, host, seen_at, continuous_since)
  values ($1, $2, $3, clock_timestamp(), clock_timestamp())
  on conflict (worker_id) do update set seen_at = clock_timestamp(),
    continuous_since = case when worker_presence.seen_at < clock_timestamp() - $4 * interval '1 millisecond'
      then clock_timestamp() else worker_presence.continuous_since end
)sql"};

constexpr Statement kReadPools{"read_pools", R"sql(
  select pool, sum(live)::int, sum(silent)::int, sum(lost)::int, sum(slots)::int, sum(active)::bigint,
    sum(queued)::bigint
  from (
    select r.pool, s.live, s.silent, (r.state = 2)::int as lost, r.slots * (s.live - s.silent) as slots,
      0 as active, 0 as queued
    from runners r
    cross join lateral (select (r.state = 1)::int as live,
      (r.state = 1 and r.heartbeat_at < clock_timestamp() - $1 * interval '1 millisecond')::int as silent) s
    where r.state <> 3
    union all
    select f.pool, 0, 0, 0, 0, f.submitted + f.hydrating + f.running + f.awaiting_approval + f.finalizing,
      case when )sql" FLEET_MAY_START R"sql( then f.queued else 0 end
    from fleets f where f.ended_at is null) a
  group by pool order by pool limit 1000
)sql"};

constexpr Statement kReadRunnerVersions{"read_runner_versions", R"sql(
  select version, count(*) from runners where state = 1 group by version order by version limit 1000
)sql"};

constexpr Statement kReadJobs{
    "read_jobs", R"sql(
  select kind, count(*) filter (where not_before <= clock_timestamp()), )sql" FLEET_MICROS(
                     "(clock_timestamp() - min(not_before) filter (where not_before <= clock_timestamp()))") R"sql(,
    count(*) filter (where failures > 0)
  from fleet_jobs group by kind order by kind
)sql"};

PresenceRecord ReadPresence(RowReader row) {
  PresenceRecord presence;
  presence.process_id = ReadUlid(row);
  presence.facts.version = row.Text();
  presence.facts.host = row.Text();
  presence.seen_at = row.Time();
  presence.seen_age = absl::Microseconds(row.BigInt());
  presence.since = row.Time();
  return presence;
}

absl::StatusOr<std::vector<PresenceRecord>> ReadAllPresent(Transaction& transaction, const Statement& statement) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(statement));
  std::vector<PresenceRecord> all;
  for (const RowReader& row : rows) all.push_back(ReadPresence(row));
  return all;
}

absl::StatusOr<std::vector<PoolRecord>> ReadAllPools(Transaction& transaction, absl::Duration lease) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadPools, {absl::ToInt64Milliseconds(lease)}));
  std::vector<PoolRecord> pools;
  for (RowReader row : rows) {
    PoolRecord& pool = pools.emplace_back();
    pool.pool = row.Text();
    pool.live_runners = row.Int();
    pool.silent_runners = row.Int();
    pool.lost_runners = row.Int();
    pool.slots = row.Int();
    pool.active_tasks = row.BigInt();
    pool.queued_tasks = row.BigInt();
  }
  return pools;
}

absl::StatusOr<std::vector<RunnerVersionRecord>> ReadAllRunnerVersions(Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadRunnerVersions));
  std::vector<RunnerVersionRecord> versions;
  for (RowReader row : rows) {
    RunnerVersionRecord& version = versions.emplace_back();
    version.version = row.Text();
    version.count = row.Int();
  }
  return versions;
}

// A newer program may have made jobs that this one does not know.
std::string NameOfJob(int32_t kind) {
  for (const JobType& type : AllJobTypes()) {
    if (static_cast<int32_t>(type.kind) == kind) return type.name;
  }
  return absl::StrCat("job_", kind);
}

absl::StatusOr<std::vector<JobRecord>> ReadAllJobs(Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadJobs));
  std::vector<JobRecord> jobs;
  for (RowReader row : rows) {
    JobRecord job;
    job.job = NameOfJob(row.Int());
    job.due_count = row.Int();
    job.oldest_age = absl::Microseconds(row.BigInt());
    job.failing_count = row.Int();
    if (job.due_count > 0 || job.failing_count > 0) jobs.push_back(job);
  }
  return jobs;
}

}  // namespace

absl::StatusOr<DatabaseFacts> SystemStore::ReadDatabase(const domain::Caller&) {
  return database::InTransaction(pool_, [](Transaction& transaction) -> absl::StatusOr<DatabaseFacts> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadDatabaseFacts));
    RowReader row = rows[0];
    DatabaseFacts facts;
    facts.version = row.Text();
    facts.schema_version = row.Int();
    facts.known_schema_version = database::Migrations().back().number;
    facts.now = row.Time();
    return facts;
  });
}

absl::StatusOr<SystemRecord> SystemStore::Read(const domain::Caller&) {
  return database::InTransaction(pool_, [](Transaction& transaction) -> absl::StatusOr<SystemRecord> {
    transaction.RollBackInstead();
    SystemRecord system;
    FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
    system.lease = limits.Lease();
    FLEET_ASSIGN_OR_RETURN(system.services, ReadAllPresent(transaction, kReadServicePresence));
    FLEET_ASSIGN_OR_RETURN(system.workers, ReadAllPresent(transaction, kReadWorkerPresence));
    FLEET_ASSIGN_OR_RETURN(system.pools, ReadAllPools(transaction, system.lease));
    FLEET_ASSIGN_OR_RETURN(system.runner_versions, ReadAllRunnerVersions(transaction));
    FLEET_ASSIGN_OR_RETURN(system.jobs, ReadAllJobs(transaction));
    return system;
  });
}

absl::Status SystemStore::RecordWorker(const domain::Ulid& worker_id, const ProcessFacts& facts, absl::Duration gap) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    return transaction
        .Execute(kRecordWorker, {worker_id.ToUuid(), facts.version, facts.host, absl::ToInt64Milliseconds(gap)})
        .status();
  });
}

}  // namespace fleet::store
