// Children as callers see them.
#ifndef FLEET_COMMON_STORE_TASK_STORE_H_
#define FLEET_COMMON_STORE_TASK_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"

namespace fleet::store {

// A child with the words that its last ended attempt left.
struct TaskRecord {
  domain::Task task;
  std::string message;
  std::string summary;            // only with Get
  std::string log_tail;           // only with Get
  domain::Parameters parameters;  // only with Get
};

struct TaskPage {
  std::vector<TaskRecord> tasks;
  int32_t next_after = 0;  // 0 on the last page
};

class TaskStore {
 public:
  explicit TaskStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Children with ordinals above `after`, in one of `states` (empty: all). Looks at no more than 10,000 children, so a
  // page may be short and have a next one. Returns kNotFound.
  absl::StatusOr<TaskPage> List(const domain::Ulid& fleet_id, const std::vector<domain::TaskState>& states,
                                int32_t after, int32_t limit);
  // Returns kNotFound with reason FLEET_NOT_FOUND or TASK_NOT_FOUND.
  absl::StatusOr<TaskRecord> Get(const domain::Ulid& fleet_id, absl::string_view repo);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TASK_STORE_H_
