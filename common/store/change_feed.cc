#include "common/store/change_feed.h"

#include <algorithm>
#include <utility>

#include "common/database/transaction.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kReadRevisions{"read_revisions", R"sql(
  select f.fleet_id, f.revision from unnest($1::uuid[]) as k(fleet_id) join fleets f on f.fleet_id = k.fleet_id
)sql"};

constexpr Statement kReadRevision{"read_revision", R"sql(
  select f.revision, i.branch from fleets f join fleet_intents i on i.fleet_id = f.fleet_id where f.fleet_id = $1
)sql"};

constexpr Statement kReadChangeRows{"read_change_rows", R"sql(
  select revision, first_ordinal, last_ordinal, ordinals from fleet_changes
  where fleet_id = $1 and revision > $2 and revision <= $3 order by revision limit 200
)sql"};

constexpr Statement kReadChangedTasks{"read_changed_tasks",
                                      "select a.message, a.reason, a.summary, " FLEET_TASK_COLUMNS R"sql(
  from unnest($2::int[]) as k(ordinal)
  join tasks t on t.fleet_id = $1 and t.ordinal = k.ordinal
  left join lateral (select message, reason, summary from task_attempts x
    where (t.category <> 0 or t.state = 7) and x.fleet_id = t.fleet_id and x.ordinal = t.ordinal order by x.attempt desc limit 1) a on true
)sql"};

// Looks at 200 change rows at most.
constexpr Statement kReadStanding{"read_standing", R"sql(
  select f.revision, case when f.revision - $2 between 0 and 200 then (
    select count(*) = f.revision - $2 and not coalesce(bool_or(
        (c.first_ordinal <= $4 and c.last_ordinal >= $3)
        or exists (select from unnest(c.ordinals) as o where o between $3 and $4)), false)
    from fleet_changes c where c.fleet_id = $1 and c.revision > $2 and c.revision <= f.revision) else false end
  from fleets f where f.fleet_id = $1
)sql"};

// The first eight digits of a log file's name are the timeline.
constexpr Statement kReadTimeline{"read_timeline", R"sql(
  select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint
)sql"};

constexpr std::size_t kMostTasks = 10000;

}  // namespace

absl::StatusOr<std::map<domain::Ulid, FleetRecord>> ChangeFeed::ReadFleets(const std::vector<domain::Ulid>& fleet_ids) {
  return ReadFleetRecords(pool_, fleet_ids);
}

absl::StatusOr<std::map<domain::Ulid, int64_t>> ChangeFeed::ReadRevisions(const std::vector<domain::Ulid>& fleet_ids) {
  using Revisions = std::map<domain::Ulid, int64_t>;
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<Revisions> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadRevisions, {UuidArray(fleet_ids)}));
    Revisions revisions;
    for (RowReader row : rows) {
      const domain::Ulid id = ReadUlid(row);
      revisions[id] = row.BigInt();
    }
    return revisions;
  });
}

absl::StatusOr<ChangedTasks> ChangeFeed::ReadChanges(const domain::Ulid& fleet_id, int64_t after, int64_t until) {
  return database::InTransaction(
      pool_,
      [&](Transaction& transaction) -> absl::StatusOr<ChangedTasks> {
        const std::string id = fleet_id.ToUuid();
        FLEET_ASSIGN_OR_RETURN(const Rows fleet, transaction.Execute(kReadRevision, {id}));
        if (fleet.empty()) return FleetNotFound(fleet_id);
        RowReader of_fleet = fleet[0];
        const int64_t newest = std::min(until, of_fleet.BigInt());
        const std::string branch = domain::BranchName(fleet_id, of_fleet.Text());
        FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadChangeRows, {id, after, until}));
        ChangedTasks changes;
        changes.revision = after;
        // The next row is after + 1; none only if nothing came after.
        changes.contiguous = rows.empty() ? newest == after : rows[0].BigInt() == after + 1;
        if (!changes.contiguous) return changes;
        std::vector<int32_t> ordinals;
        for (RowReader row : rows) {
          if (ordinals.size() >= kMostTasks) break;
          changes.revision = row.BigInt();
          const int32_t first = row.Int();
          const int32_t last = row.Int();
          const std::vector<int32_t> listed = row.IntArray();
          ordinals.insert(ordinals.end(), listed.begin(), listed.end());
          for (int32_t ordinal = first; ordinal > 0 && ordinal <= last; ++ordinal) ordinals.push_back(ordinal);
        }
        changes.more = changes.revision < newest;
        std::sort(ordinals.begin(), ordinals.end());
        ordinals.erase(std::unique(ordinals.begin(), ordinals.end()), ordinals.end());
        database::Array list;
        for (const int32_t ordinal : ordinals) list.Add(int64_t{ordinal});
        if (list.empty()) return changes;
        FLEET_ASSIGN_OR_RETURN(const Rows tasks, transaction.Execute(kReadChangedTasks, {id, list}));
        for (RowReader row : tasks) {
          TaskRecord& record = changes.tasks.emplace_back();
          record.message = row.Text();
          record.reason = static_cast<domain::FailureReason>(row.Int());
          record.summary = row.Text();
          record.branch = branch;
          record.task = ReadTask(row);
        }
        return changes;
      },
      Transaction::Isolation::kSnapshot);
}

absl::StatusOr<Standing> ChangeFeed::ReadStanding(const domain::Ulid& fleet_id, int64_t since, int32_t first,
                                                  int32_t last) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<Standing> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows,
                           transaction.Execute(kReadStanding, {fleet_id.ToUuid(), since, first, last}));
    if (rows.empty()) return FleetNotFound(fleet_id);
    RowReader row = rows[0];
    const int64_t revision = row.BigInt();
    return Standing{revision, row.Bool()};
  });
}

absl::StatusOr<int64_t> ChangeFeed::ReadTimeline() {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<int64_t> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadTimeline));
    return rows[0].BigInt();
  });
}

}  // namespace fleet::store
