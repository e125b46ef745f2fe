// Children as callers see them.
#ifndef FLEET_COMMON_STORE_TASK_STORE_H_
#define FLEET_COMMON_STORE_TASK_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/domain/caller.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"
#include "common/store/failure_rows.h"

namespace fleet::store {

// A child with the words that its last ended attempt left.
struct TaskRecord {
  domain::Task task;
  std::string message;
  domain::FailureReason reason = domain::FailureReason::kUnspecified;  // with message
  std::string summary;
  std::string branch;             // the fleet's, whether or not there is anything on it
  std::string clone_url;          // not from ChangeFeed
  std::string default_branch;     // not from ChangeFeed
  std::string log_tail;           // only with Get
  domain::Parameters parameters;  // only with Get
};

struct TaskPage {
  std::vector<TaskRecord> tasks;
  int32_t next_after = 0;  // 0 on the last page
};

// One execution of a child.
struct AttemptRecord {
  int32_t attempt = 0;
  int32_t generation = 1;
  domain::Ulid runner_id;
  std::string runner_name;                               // empty: unknown
  domain::TaskState state = domain::TaskState::kQueued;  // how it ended, or where it is
  domain::FailureCategory category = domain::FailureCategory::kNone;
  domain::FailureReason reason = domain::FailureReason::kUnspecified;
  std::optional<absl::Time> leased_at;
  std::optional<absl::Time> ended_at;
  std::optional<int64_t> cost_micros;
  domain::AttemptTexts texts;
};

class TaskStore {
 public:
  explicit TaskStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Children with ordinals above `after`, in one of `states` (empty: all). Looks at no more than 10,000 children, so a
  // page may be short and have a next one. Returns kNotFound.
  absl::StatusOr<TaskPage> List(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                const std::vector<domain::TaskState>& states, int32_t after, int32_t limit);
  // Returns kNotFound with reason FLEET_NOT_FOUND, TASK_NOT_FOUND or TASK_NOT_ENQUEUED.
  absl::StatusOr<TaskRecord> Get(const domain::Caller& caller, const domain::Ulid& fleet_id, absl::string_view repo);
  // Newest first, at most the last 100. Returns kNotFound like Get.
  absl::StatusOr<std::vector<AttemptRecord>> Attempts(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                                      absl::string_view repo);
  // Largest first, at most 1,000. Returns kNotFound.
  absl::StatusOr<std::vector<FailureGroup>> FailureGroups(const domain::Caller& caller, const domain::Ulid& fleet_id);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TASK_STORE_H_
