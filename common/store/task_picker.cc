#include "common/store/task_picker.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"
#include "common/store/database_clock.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::Rows;
using database::Statement;

constexpr Statement kPickDue{"pick_due", "select p.n, " FLEET_TASK_COLUMNS R"sql(
  from unnest($1::uuid[], $2::int[]) with ordinality as p(fleet_id, count, n)
  cross join lateral (
    select * from tasks x
    where x.fleet_id = p.fleet_id and x.retry_at <= clock_timestamp() and x.losses = 0 and x.state = 1
    order by x.retry_at limit p.count) t
)sql"};

constexpr Statement kPickSuspects{"pick_suspects", "select p.n, " FLEET_TASK_COLUMNS R"sql(
  from unnest($1::uuid[], $2::int[]) with ordinality as p(fleet_id, count, n)
  cross join lateral (
    select * from tasks x
    where x.fleet_id = p.fleet_id and x.retry_at <= clock_timestamp() and x.losses > 0 and x.state = 1
    order by x.retry_at limit p.count) t
)sql"};

// Looks at no more than the window of ordinals that starts at the fleet's cursor.
constexpr Statement kPickFresh{"pick_fresh", R"sql(
  select p.n, t.ordinal, t.attempt
  from unnest($1::uuid[], $2::int[], $3::int[], $4::int[]) with ordinality as p(fleet_id, count, first, last, n)
  cross join lateral (
    select x.ordinal, x.attempt from tasks x where x.fleet_id = p.fleet_id and x.ordinal between p.first and p.last
      and x.state = 1 and x.retry_at is null
    order by x.ordinal limit p.count) t
)sql"};

constexpr Statement kNextRetry{"next_retry", "select " FLEET_MICROS("min(retry_at)") R"sql(
  from tasks where fleet_id = $1 and retry_at is not null
)sql"};

constexpr int32_t kWindow = 5000;

}  // namespace

absl::StatusOr<PickedTasks> TaskPicker::Pick(const std::vector<domain::FleetGrant>& grants,
                                             std::map<std::string, int32_t> isolating) {
  FLEET_ASSIGN_OR_RETURN(Counts left, Clamp(grants));
  FLEET_RETURN_IF_ERROR(PickSuspects(isolating, left));
  FLEET_RETURN_IF_ERROR(PickDue(left));
  FLEET_RETURN_IF_ERROR(PickFresh(left));
  return std::move(picked_);
}

absl::StatusOr<TaskPicker::Counts> TaskPicker::Clamp(const std::vector<domain::FleetGrant>& grants) {
  absl::Time now = absl::InfinitePast();
  Counts left;
  for (const domain::FleetGrant& grant : grants) {
    const domain::Fleet* fleet = ledger_.Find(grant.fleet_id);
    if (fleet == nullptr || !domain::MayStart(*fleet)) continue;
    if (fleet->policy.deadline.has_value()) {
      if (now == absl::InfinitePast()) {
        FLEET_ASSIGN_OR_RETURN(now, ReadClock(transaction_));
      }
      if (domain::IsLate(*fleet, now)) continue;
    }
    const int32_t count = std::min(grant.count, fleet->policy.max_concurrency - fleet->rollup.Active());
    if (count > 0) left[grant.fleet_id] = count;
  }
  return left;
}

absl::Status TaskPicker::PickSuspects(std::map<std::string, int32_t>& isolating, Counts& left) {
  Array ids;
  Array counts;
  for (const auto& [fleet_id, wanted] : left) {
    const domain::Fleet* fleet = ledger_.Find(fleet_id);
    const int32_t count = std::min({wanted, isolating[fleet->pool], fleet->rollup.suspects});
    if (count <= 0) continue;
    ids.AddBare(fleet_id.ToUuid());
    counts.Add(int64_t{count});
  }
  if (ids.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kPickSuspects, {ids, counts}));
  // A place is taken by a child that is due, not by a fleet that has one: it may be due only later.
  for (database::RowReader row : rows) {
    row.BigInt();
    domain::Task task = ReadTask(row);
    int32_t& places = isolating[ledger_.Find(task.id.fleet_id)->pool];
    if (places == 0) continue;
    --places;
    --left[task.id.fleet_id];
    picked_.suspects.push_back(std::move(task));
  }
  return absl::OkStatus();
}

absl::Status TaskPicker::PickDue(Counts& left) {
  Array ids;
  Array counts;
  for (const auto& [fleet_id, count] : left) {
    domain::Fleet* fleet = ledger_.Find(fleet_id);
    if (fleet->rollup.delayed > 0) retried_.push_back(fleet);
    if (fleet->rollup.delayed == fleet->rollup.suspects || count <= 0) continue;
    ids.AddBare(fleet_id.ToUuid());
    counts.Add(int64_t{count});
  }
  if (ids.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kPickDue, {ids, counts}));
  for (database::RowReader row : rows) {
    row.BigInt();
    picked_.others.push_back(ReadTask(row));
    --left[picked_.others.back().id.fleet_id];
  }
  return absl::OkStatus();
}

absl::Status TaskPicker::PickFresh(const Counts& left) {
  Array ids;
  Array counts;
  Array firsts;
  Array lasts;
  std::vector<domain::Fleet*> fleets;
  std::vector<int32_t> wanted;
  std::vector<int32_t> looked_until;
  for (const auto& [fleet_id, count] : left) {
    domain::Fleet* fleet = ledger_.Find(fleet_id);
    const int32_t fresh = std::min(count, fleet->rollup.Fresh());
    if (fresh <= 0) continue;
    const int32_t last = std::min(fleet->rollup.expanded, fleet->next_ordinal + kWindow - 1);
    ids.AddBare(fleet_id.ToUuid());
    counts.Add(int64_t{fresh});
    firsts.Add(int64_t{fleet->next_ordinal});
    lasts.Add(int64_t{last});
    fleets.push_back(fleet);
    wanted.push_back(fresh);
    looked_until.push_back(last);
  }
  if (fleets.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kPickFresh, {ids, counts, firsts, lasts}));
  std::vector<int32_t> got(fleets.size());
  std::vector<int32_t> reached(fleets.size());
  for (database::RowReader row : rows) {
    const auto i = static_cast<std::size_t>(row.BigInt() - 1);
    domain::Task& task = picked_.others.emplace_back();
    task.id = {fleets[i]->id, row.Int()};
    task.attempt = row.Int();
    ++got[i];
    reached[i] = task.id.ordinal;
  }
  for (std::size_t i = 0; i < fleets.size(); ++i) {
    // Short of what was wanted: the whole window was looked at.
    cursor_[fleets[i]->id] = (got[i] == wanted[i] ? reached[i] : looked_until[i]) + 1;
  }
  return absl::OkStatus();
}

absl::Status TaskPicker::MoveCursors() {
  for (const auto& [fleet_id, next_ordinal] : cursor_) ledger_.Find(fleet_id)->next_ordinal = next_ordinal;
  for (domain::Fleet* fleet : retried_) {
    FLEET_ASSIGN_OR_RETURN(const Rows next, transaction_.Execute(kNextRetry, {fleet->id.ToUuid()}));
    fleet->next_retry_at = next[0].OptionalTime();
  }
  return absl::OkStatus();
}

}  // namespace fleet::store
