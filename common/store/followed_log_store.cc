#include "common/store/followed_log_store.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

// Put off long before it is over: see LogRelay.
#define FLEET_FOLLOWED_UNTIL "clock_timestamp() + interval '30 seconds'"

constexpr Statement kFollow{"follow_log",
                            "insert into followed_logs (fleet_id, ordinal, followed_until) "
                            "select $1::uuid, $2::int, " FLEET_FOLLOWED_UNTIL R"sql(
  where (select count(*) from followed_logs
    where followed_until > clock_timestamp() and (fleet_id, ordinal) <> ($1::uuid, $2::int)) < $3
  on conflict (fleet_id, ordinal) do update set followed_until = excluded.followed_until
)sql"};

constexpr Statement kFollowOn{"follow_logs_on",
                              "insert into followed_logs (fleet_id, ordinal, followed_until) "
                              "select k.fleet_id, k.ordinal, " FLEET_FOLLOWED_UNTIL R"sql(
  from unnest($1::uuid[], $2::int[]) as k(fleet_id, ordinal) order by 1, 2
  on conflict (fleet_id, ordinal) do update set followed_until = excluded.followed_until
)sql"};

constexpr Statement kReadChanged{"read_changed_logs", R"sql(
  select l.fleet_id, l.ordinal, l.attempt, l.log_start, l.log, t.attempt, t.state
  from unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::int[], $6::int[])
    as k(fleet_id, ordinal, log_attempt, log_end, attempt, state)
  join followed_logs l on l.fleet_id = k.fleet_id and l.ordinal = k.ordinal
  join tasks t on t.fleet_id = k.fleet_id and t.ordinal = k.ordinal
  where l.attempt <> k.log_attempt or l.log_start + octet_length(l.log) <> k.log_end
    or t.attempt <> k.attempt or t.state <> k.state
)sql"};

constexpr Statement kList{"list_followed_logs", R"sql(
  select fleet_id, ordinal from followed_logs where followed_until > clock_timestamp()
)sql"};

// Nobody waits for a row that is being written.
constexpr Statement kForget{"forget_followed_logs", R"sql(
  delete from followed_logs where (fleet_id, ordinal) in (
    select fleet_id, ordinal from followed_logs where followed_until < clock_timestamp() - interval '1 minute'
    for update skip locked)
)sql"};

constexpr Statement kAnyToForget{"any_log_to_forget", R"sql(
  select exists (select from followed_logs where followed_until < clock_timestamp() - interval '1 minute')
)sql"};

constexpr Statement kLock{"lock_followed_logs", R"sql(
  select l.fleet_id, l.ordinal, l.attempt, l.log_start, l.log
  from unnest($2::uuid[], $3::int[], $4::int[]) as k(fleet_id, ordinal, attempt)
  join followed_logs l on l.fleet_id = k.fleet_id and l.ordinal = k.ordinal
  join tasks t on t.fleet_id = k.fleet_id and t.ordinal = k.ordinal
  where t.attempt = k.attempt and t.runner_id = $1 and t.state between 2 and 6
    and l.followed_until > clock_timestamp()
  order by l.fleet_id, l.ordinal for update of l
)sql"};

constexpr Statement kWrite{"write_followed_logs", R"sql(
  update followed_logs l set attempt = k.attempt, log_start = k.log_start, log = k.log
  from unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::text[])
    as k(fleet_id, ordinal, attempt, log_start, log)
  where l.fleet_id = k.fleet_id and l.ordinal = k.ordinal
)sql"};

// Children, column by column.
struct TaskColumns {
  Array fleets, ordinals;
  void Add(const domain::TaskId& task) {
    AddUlid(fleets, task.fleet_id);
    ordinals.Add(int64_t{task.ordinal});
  }
};

domain::TaskId ReadTaskId(RowReader& row) {
  domain::TaskId id;
  id.fleet_id = ReadUlid(row);
  id.ordinal = row.Int();
  return id;
}

domain::LogWindow ReadWindow(RowReader& row) {
  domain::LogWindow window;
  window.attempt = row.Int();
  window.start = row.BigInt();
  window.text = row.Text();
  return window;
}

absl::Status TooManyFollowed() {
  const std::string limit = absl::StrCat(kMostFollowedLogs, " children are followed already");
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat(limit, ", as many as may be at a time: try again when some have ended"),
                   {"LOG_FOLLOWERS_LIMIT", {}, {}, absl::Seconds(30), {{"system", limit}}});
}

}  // namespace

absl::Status FollowedLogStore::Follow(const domain::TaskId& task) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const Rows made,
                           transaction.Execute(kFollow, {task.fleet_id.ToUuid(), task.ordinal, kMostFollowedLogs}));
    return made.affected() == 0 ? TooManyFollowed() : absl::OkStatus();
  });
}

absl::Status FollowedLogStore::FollowOn(const std::vector<domain::TaskId>& tasks) {
  TaskColumns columns;
  for (const domain::TaskId& task : tasks) columns.Add(task);
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    return transaction.Execute(kFollowOn, {columns.fleets, columns.ordinals}).status();
  });
}

absl::StatusOr<std::vector<FollowedLog>> FollowedLogStore::ReadChanged(const Known& known) {
  TaskColumns columns;
  Array log_attempts, log_ends, attempts, states;
  for (const auto& log : known) {
    columns.Add(log->task);
    log_attempts.Add(int64_t{log->window.attempt});
    log_ends.Add(log->window.End());
    attempts.Add(int64_t{log->attempt});
    states.Add(static_cast<int64_t>(log->state));
  }
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<FollowedLog>> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows,
                           transaction.Execute(kReadChanged, {columns.fleets, columns.ordinals, log_attempts, log_ends,
                                                              attempts, states}));
    std::vector<FollowedLog> logs;
    for (RowReader row : rows) {
      FollowedLog log;
      log.task = ReadTaskId(row);
      log.window = ReadWindow(row);
      log.attempt = row.Int();
      log.state = static_cast<domain::TaskState>(row.Int());
      logs.push_back(std::move(log));
    }
    return logs;
  });
}

absl::StatusOr<std::vector<domain::TaskId>> FollowedLogStore::List() {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<domain::TaskId>> {
    FLEET_ASSIGN_OR_RETURN(const Rows old, transaction.Execute(kAnyToForget));
    if (old[0].Bool()) {
      FLEET_RETURN_IF_ERROR(transaction.Execute(kForget).status());
    } else {
      transaction.RollBackInstead();
    }
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kList));
    std::vector<domain::TaskId> tasks;
    for (RowReader row : rows) tasks.push_back(ReadTaskId(row));
    return tasks;
  });
}

absl::StatusOr<std::vector<bool>> FollowedLogStore::Add(const domain::Ulid& runner_id,
                                                        const std::vector<LogChunk>& chunks) {
  TaskColumns asked;
  Array asked_attempts;
  for (const LogChunk& chunk : chunks) {
    asked.Add(chunk.task);
    asked_attempts.Add(int64_t{chunk.text.attempt});
  }
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<bool>> {
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kLock, {runner_id.ToUuid(), asked.fleets,
                                                                        asked.ordinals, asked_attempts}));
    std::map<domain::TaskId, domain::LogWindow> windows;
    for (RowReader row : rows) {
      const domain::TaskId id = ReadTaskId(row);
      windows[id] = ReadWindow(row);
    }
    std::vector<bool> followed;
    TaskColumns written;
    Array attempts, starts, texts;
    for (const LogChunk& chunk : chunks) {
      const auto window = windows.find(chunk.task);
      followed.push_back(window != windows.end());
      if (!followed.back() || !domain::AddChunk(chunk.text, window->second)) continue;
      written.Add(chunk.task);
      attempts.Add(int64_t{window->second.attempt});
      starts.Add(window->second.start);
      texts.AddText(window->second.text);
    }
    if (attempts.empty()) {
      transaction.RollBackInstead();
      return followed;
    }
    FLEET_RETURN_IF_ERROR(
        transaction.Execute(kWrite, {written.fleets, written.ordinals, attempts, starts, texts}).status());
    return followed;
  });
}

}  // namespace fleet::store
