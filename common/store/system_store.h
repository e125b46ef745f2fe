// How the whole stands, for people: the database, who is there, what waits and what is behind.
#ifndef FLEET_COMMON_STORE_SYSTEM_STORE_H_
#define FLEET_COMMON_STORE_SYSTEM_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/domain/caller.h"
#include "common/domain/ulid.h"
#include "common/store/process_facts.h"

namespace fleet::store {

struct DatabaseFacts {
  std::string version;  // "15.14"
  int32_t schema_version = 0;
  int32_t known_schema_version = 0;  // what this program was built for
  absl::Time now;
};

// A service or a worker that said in the last day that it was there.
struct PresenceRecord {
  domain::Ulid process_id;
  ProcessFacts facts;
  absl::Time seen_at;
  absl::Duration seen_age;  // by the database's clock
  absl::Time since;         // without a gap
};

struct PoolRecord {
  std::string pool;
  int32_t live_runners = 0;
  int32_t silent_runners = 0;  // of these; not heard for a lease
  int32_t lost_runners = 0;
  int32_t slots = 0;  // of live runners that are not silent
  int64_t active_tasks = 0;
  int64_t queued_tasks = 0;  // of fleets that are neither paused nor being ended
};

struct RunnerVersionRecord {
  std::string version;
  int32_t count = 0;
};

struct JobRecord {
  std::string job;
  int32_t due_count = 0;
  absl::Duration oldest_age;  // of what is due
  int32_t failing_count = 0;
};

// Lists have at most 1,000 entries each.
struct SystemRecord {
  std::vector<PresenceRecord> services;  // those heard last first
  std::vector<PresenceRecord> workers;
  std::vector<PoolRecord> pools;  // that have runners or open fleets; by name
  std::vector<RunnerVersionRecord> runner_versions;
  std::vector<JobRecord> jobs;  // of which some are due or failing
  absl::Duration lease;
};

class SystemStore {
 public:
  explicit SystemStore(database::ConnectionPool& pool) : pool_(pool) {}

  // One statement, so that a caller can time it.
  absl::StatusOr<DatabaseFacts> ReadDatabase(const domain::Caller& caller);
  absl::StatusOr<SystemRecord> Read(const domain::Caller& caller);

  // A worker says that it is at work. Silent for longer than `gap`, it counts as having come anew.
  absl::Status RecordWorker(const domain::Ulid& worker_id, const ProcessFacts& facts, absl::Duration gap);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_SYSTEM_STORE_H_
