#include "common/store/system_picture_store.h"

#include <string>
#include <utility>

#include "common/database/transaction.h"
#include "common/status/status_macros.h"
#include "common/store/database_clock.h"
#include "common/store/limit_rows.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

// Fewer columns than ReadFleet's, since it reads every open fleet, often.
constexpr Statement kReadSystemFleets{"read_system_fleets", R"sql(
  select fleet_id, creator, pool, state, max_concurrency, total, expanded, queued, submitted, hydrating, running,
    awaiting_approval, finalizing, completed, failed, cancelled, timed_out, delayed, suspects, next_ordinal,
    cancel_mode, pause_reasons, expired, retrying, open_targets, expansion_failed,
    )sql" FLEET_MICROS("next_retry_at") ", " FLEET_MICROS("deadline") ", " FLEET_MICROS(
                                                                "queue_since") ", " FLEET_MICROS("created_at") R"sql(
  from fleets where ended_at is null
)sql"};

constexpr Statement kSumSystemFleets{"sum_system_fleets", R"sql(
  select sum(outcome_unspecified), sum(outcome_pull_request_opened), sum(outcome_pull_request_updated),
    sum(outcome_branch_pushed), sum(outcome_no_changes), sum(outcome_report_only),
    sum(failures_auth), sum(failures_network), sum(failures_concurrency), sum(failures_compute), sum(failures_agent),
    sum(failures_guardrail), sum(failures_config), sum(failures_timeout), sum(failures_blocked), sum(failures_unknown)
  from fleets where ended_at is null
)sql"};

constexpr Statement kCountSystemRunners{"count_system_runners", R"sql(
  select pool, count(*), sum(slots) from runners where state = 1 group by pool
)sql"};

constexpr Statement kCountSystemJobs{
    "count_system_jobs", "select kind, count(*), " FLEET_MICROS("min(not_before) filter (where not_before <= "
                                                                "clock_timestamp())") " from fleet_jobs group by kind"};

domain::Fleet ReadSystemFleet(RowReader& row) {
  domain::Fleet fleet;
  fleet.id = ReadUlid(row);
  fleet.creator = row.Text();
  fleet.pool = row.Text();
  fleet.state = static_cast<domain::FleetState>(row.Int());
  fleet.policy.max_concurrency = row.Int();
  fleet.rollup.total = row.Int();
  fleet.rollup.expanded = row.Int();
  for (std::size_t state = 1; state < fleet.rollup.states.size(); ++state) fleet.rollup.states[state] = row.Int();
  fleet.rollup.delayed = row.Int();
  fleet.rollup.suspects = row.Int();
  fleet.next_ordinal = row.Int();
  fleet.cancel_mode = static_cast<domain::CancelMode>(row.Int());
  fleet.pause_reasons = row.Int();
  fleet.expired = row.Bool();
  fleet.redriving = row.Bool();
  fleet.open_targets = row.Bool();
  fleet.expansion_failed = row.Bool();
  fleet.next_retry_at = row.OptionalTime();
  fleet.policy.deadline = row.OptionalTime();
  fleet.queue_since = row.Time();
  fleet.created_at = row.Time();
  return fleet;
}

absl::Status ReadPicture(Transaction& transaction, domain::SystemPicture& picture) {
  FLEET_ASSIGN_OR_RETURN(picture.now, ReadClock(transaction));
  FLEET_ASSIGN_OR_RETURN(picture.limits, ReadLimits(transaction));
  FLEET_ASSIGN_OR_RETURN(const Rows fleets, transaction.Execute(kReadSystemFleets));
  picture.fleets.reserve(fleets.size());
  for (RowReader row : fleets) picture.fleets.push_back(ReadSystemFleet(row));
  FLEET_ASSIGN_OR_RETURN(const Rows runners, transaction.Execute(kCountSystemRunners));
  for (RowReader row : runners) {
    const std::string pool = row.Text();
    const int32_t live = row.Int();
    picture.runners[pool] = {live, row.Int()};
  }
  return absl::OkStatus();
}

absl::StatusOr<SystemPictureRecord> ReadSystem(Transaction& transaction) {
  SystemPictureRecord record;
  FLEET_RETURN_IF_ERROR(ReadPicture(transaction, record.picture));
  FLEET_ASSIGN_OR_RETURN(const Rows sums, transaction.Execute(kSumSystemFleets));
  RowReader sum = sums[0];
  for (int64_t& outcome : record.outcomes) outcome = sum.BigInt();
  for (std::size_t category = 1; category < record.categories.size(); ++category) {
    record.categories[category] = sum.BigInt();
  }
  FLEET_ASSIGN_OR_RETURN(const Rows jobs, transaction.Execute(kCountSystemJobs));
  for (RowReader row : jobs) {
    const auto kind = static_cast<JobKind>(row.Int());
    const int64_t count = row.BigInt();
    record.jobs[kind] = {count, row.OptionalTime()};
  }
  return record;
}

}  // namespace

absl::StatusOr<SystemPictureRecord> SystemPictureStore::Read() {
  return database::InTransaction(
      pool_, [](Transaction& transaction) { return ReadSystem(transaction); }, Transaction::Isolation::kSnapshot);
}

}  // namespace fleet::store
