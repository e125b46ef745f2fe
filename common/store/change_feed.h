// What watchers read: fleets as they stand, and the changes since a revision. One snapshot an answer, from the primary.
#ifndef FLEET_COMMON_STORE_CHANGE_FEED_H_
#define FLEET_COMMON_STORE_CHANGE_FEED_H_

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/store/fleet_store.h"
#include "common/store/task_store.h"

namespace fleet::store {

struct ChangedTasks {
  // False if the feed does not reach back to `after` without a gap: start over with a snapshot.
  bool contiguous = false;
  int64_t revision = 0;  // of the last change row read
  bool more = false;     // change rows up to `until` are left
  std::vector<TaskRecord> tasks;
};

// Whether children are as they were.
struct Standing {
  int64_t revision = 0;  // of the fleet now
  bool unchanged = false;
};

class ChangeFeed {
 public:
  explicit ChangeFeed(database::ConnectionPool& pool) : pool_(pool) {}

  // The fleets that exist, with the revision each had in this snapshot.
  absl::StatusOr<std::map<domain::Ulid, FleetRecord>> ReadFleets(const std::vector<domain::Ulid>& fleet_ids);
  // Of these fleets, the revisions: what is cheap to ask often.
  absl::StatusOr<std::map<domain::Ulid, int64_t>> ReadRevisions(const std::vector<domain::Ulid>& fleet_ids);
  // Children changed after revision `after` and not after `until`, as they stand now, up to a bound.
  absl::StatusOr<ChangedTasks> ReadChanges(const domain::Ulid& fleet_id, int64_t after, int64_t until);
  // Whether children `first` to `last` have not changed after revision `since`. False also if the feed does not tell:
  // too much has changed, or its rows are gone.
  absl::StatusOr<Standing> ReadStanding(const domain::Ulid& fleet_id, int64_t since, int32_t first, int32_t last);
  // Grows with every failover of the database: a revision read before one may not exist after it.
  absl::StatusOr<int64_t> ReadTimeline();

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_CHANGE_FEED_H_
