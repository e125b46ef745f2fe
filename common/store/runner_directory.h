// Which runners there are and what they hold, for people. What decides about them is in RunnerStore.
#ifndef FLEET_COMMON_STORE_RUNNER_DIRECTORY_H_
#define FLEET_COMMON_STORE_RUNNER_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/domain/caller.h"
#include "common/domain/identifiers.h"
#include "common/domain/task.h"
#include "common/domain/ulid.h"

namespace fleet::store {

enum class RunnerState { kLive = 1, kLost = 2, kGone = 3 };

struct RunnerRecord {
  domain::Ulid runner_id;
  std::string name;
  std::string owner;
  std::string pool;
  std::string version;
  int32_t slots = 0;
  int32_t held_count = 0;  // leases that are live
  RunnerState state = RunnerState::kLive;
  absl::Time registered_at;
  absl::Time heartbeat_at;
  absl::Duration heartbeat_age;  // by the database's clock
  std::string host;
  std::string address;
};

struct HeldTaskRecord {
  domain::TaskId id;
  std::string repo;
  int32_t attempt = 0;
  domain::TaskState state = domain::TaskState::kSubmitted;
  absl::Time leased_at;
};

struct RunnerFilter {
  std::string pool{};                 // empty: any
  std::string name{};                 // empty: any
  std::vector<RunnerState> states{};  // empty: kLive and kLost
};

class RunnerDirectory {
 public:
  explicit RunnerDirectory(database::ConnectionPool& pool) : pool_(pool) {}

  // Those that started last first. `before`: only those that started earlier than that one; none: from the newest.
  absl::StatusOr<std::vector<RunnerRecord>> List(const domain::Caller& caller, const RunnerFilter& filter,
                                                 const domain::Ulid& before, int32_t limit);

  struct Entry {
    RunnerRecord runner;
    std::vector<HeldTaskRecord> held;  // the longest held first; at most 1,000
  };
  // Returns kNotFound with reason RUNNER_NOT_FOUND.
  absl::StatusOr<Entry> Get(const domain::Caller& caller, const domain::Ulid& runner_id);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_RUNNER_DIRECTORY_H_
