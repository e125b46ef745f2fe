// One consistent picture of the database, as the invariant checker judges it.
#ifndef FLEET_TESTS_SUPPORT_INVARIANT_SNAPSHOT_H_
#define FLEET_TESTS_SUPPORT_INVARIANT_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"

namespace fleet::testing {

struct InvariantSnapshot {
  struct Fleet {
    std::string id;
    std::string creator;
    std::string pool;
    int32_t state = 0;
    int32_t total = 0;
    int32_t expanded = 0;
    int32_t max_concurrency = 0;
    bool may_start = false;  // neither cancelled, paused, past its deadline, failing nor ended
    int32_t generation = 1;
    bool open_targets = false;
    int64_t openings = 0;  // how often an operator resumed or retried it
    int64_t revision = 0;
    int64_t active = 0;    // counted from tasks
    int64_t attempts = 0;  // their sum, from tasks: grows with every lease
  };
  struct Task {
    std::string fleet_id;
    int32_t ordinal = 0;
    int32_t attempt = 0;
    int32_t state = 0;
    int32_t outcome = 0;
    int32_t generation = 1;
    std::string runner_id;
    std::string repo;
  };
  // A (child, attempt) and who was given it, from lease_grants and task_attempts.
  struct Lease {
    std::string fleet_id;
    int32_t ordinal = 0;
    int32_t attempt = 0;
    std::string runner_id;
  };
  struct Change {
    std::string fleet_id;
    int64_t revision = 0;
    std::vector<int32_t> ordinals;
    std::pair<int32_t, int32_t> range = {0, -1};
  };

  // Whether `tasks` holds every child; else those that changed since the snapshot before, and maybe some more.
  bool is_full = false;
  std::vector<Fleet> fleets;
  std::vector<Task> tasks;
  std::vector<Lease> leases;
  std::vector<Change> changes;
  std::map<std::string, int64_t> limits;  // by name; exceptions by "name:scope"
  // The repositories of fleets that were not frozen, in order; with is_full of all fleets.
  std::map<std::string, std::vector<std::string>> targets;
  // What a query by itself shows to be wrong.
  std::vector<std::string> violations;
  // Every row that a later snapshot sees and this one does not was written by this transaction or a later one.
  int64_t horizon = 0;
  // Changes with every crash or restart of the server. After a crash, numbers below the horizon are given out again if
  // all that had them came to nothing: then `since` means nothing.
  std::string incarnation;

  // Whether children were active or being enqueued.
  bool HasWorkInFlight() const;
};

// Reads everything in one REPEATABLE READ read-only transaction: rows written by transaction `since` or later, all if
// it is 0. `frozen`: fleets whose targets need not be read.
absl::StatusOr<InvariantSnapshot> ReadInvariantSnapshot(database::ConnectionPool& pool, int64_t since,
                                                        const std::set<std::string>& frozen);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_INVARIANT_SNAPSHOT_H_
