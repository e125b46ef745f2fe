// What ended fleets did, piece by piece, for those who tell of it in traces.
#ifndef FLEET_COMMON_STORE_TRACE_STORE_H_
#define FLEET_COMMON_STORE_TRACE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"

namespace fleet::store {

struct TracedAttempt {
  int32_t attempt = 0;
  domain::Ulid runner_id;                                // none: not recorded
  domain::TaskState state = domain::TaskState::kFailed;  // QUEUED: it was returned, as after the loss of its runner
  domain::FailureCategory category = domain::FailureCategory::kNone;
  absl::Time leased_at;
  absl::Time ended_at;
};

// In one generation.
struct TracedChild {
  domain::TaskId id;
  std::string repo;
  domain::TaskState state = domain::TaskState::kFailed;  // in which it ended
  domain::FailureCategory category = domain::FailureCategory::kNone;
  absl::Time ended_at;
  std::string pull_request_url;
  std::vector<TracedAttempt> attempts;  // in their order
};

// Some children of a generation, and with the last of them the generation is told of.
struct TracePiece {
  domain::Ulid fleet_id;
  int32_t generation = 1;
  std::string traceparent;
  domain::FleetState state = domain::FleetState::kCompleted;  // in which it ended
  absl::Time began_at;
  absl::Time ended_at;
  std::string workflow;  // its name, with the version that ran
  int32_t total = 0;     // repositories of the fleet
  std::vector<TracedChild> children;
  bool is_last = false;
};

class TraceStore {
 public:
  explicit TraceStore(database::ConnectionPool& pool) : pool_(pool) {}

  // The next piece of the generation that ended first, for good: nobody else is given it. At most `children` of them;
  // nullopt if there is nothing to tell.
  absl::StatusOr<std::optional<TracePiece>> Take(int32_t children);
  // Gives up what ended longer ago than `age`, up to 1,000 generations. Returns how many.
  absl::StatusOr<int64_t> Forget(absl::Duration age);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TRACE_STORE_H_
