// Logs of running children that somebody follows, on their way from one service to another.
// docs/adr/2026-11-27-logs-of-running-children.md says why this way.
#ifndef FLEET_COMMON_STORE_FOLLOWED_LOG_STORE_H_
#define FLEET_COMMON_STORE_FOLLOWED_LOG_STORE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/domain/identifiers.h"
#include "common/domain/log_window.h"
#include "common/domain/task.h"
#include "common/domain/ulid.h"

namespace fleet::store {

// Children that are followed at a time, by whomever.
inline constexpr int kMostFollowedLogs = 100;

// A followed child as it stands.
struct FollowedLog {
  domain::TaskId task;
  domain::LogWindow window;
  int32_t attempt = 0;  // the child's, which may have printed nothing yet
  domain::TaskState state = domain::TaskState::kQueued;
};

// A piece of what an attempt prints.
struct LogChunk {
  domain::TaskId task;
  domain::LogWindow text;
};

// Thread-safe; every method blocks for the database.
class FollowedLogStore {
 public:
  explicit FollowedLogStore(database::ConnectionPool& pool) : pool_(pool) {}

  // From now on, and for 30 s, someone follows this child. Returns kResourceExhausted with reason LOG_FOLLOWERS_LIMIT
  // if kMostFollowedLogs others are followed; two that come at once may both be the last.
  absl::Status Follow(const domain::TaskId& task);
  // The same for children that are followed, which is never refused.
  absl::Status FollowOn(const std::vector<domain::TaskId>& tasks);
  // Of these, those that are not as they are `known` any more. Those that nobody follows are left out.
  using Known = std::vector<std::shared_ptr<const FollowedLog>>;
  absl::StatusOr<std::vector<FollowedLog>> ReadChanged(const Known& known);
  // Every child that is followed; forgets those that were once.
  absl::StatusOr<std::vector<domain::TaskId>> List();
  // Adds chunks of leases that `runner_id` holds, at most one of a child; others are dropped. Returns, in their order,
  // which of them someone follows.
  absl::StatusOr<std::vector<bool>> Add(const domain::Ulid& runner_id, const std::vector<LogChunk>& chunks);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FOLLOWED_LOG_STORE_H_
