// The children of snapshots, in the wire form: many who ask for the same fleet at once get the same page, if none of
// its children has changed since it was read. To look whether one has costs a tenth of reading them.
#ifndef FLEET_SERVICES_FLEET_WATCH_SNAPSHOT_PAGES_H_
#define FLEET_SERVICES_FLEET_WATCH_SNAPSHOT_PAGES_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "common/domain/caller.h"
#include "common/domain/ulid.h"
#include "common/lifecycle/mutex.h"
#include "common/store/change_feed.h"
#include "common/store/task_store.h"

namespace fleet::service {

// Thread-safe.
class SnapshotPages {
 public:
  // TaskStore::List and ChangeFeed::ReadStanding.
  using List = std::function<absl::StatusOr<store::TaskPage>(const domain::Caller&, const domain::Ulid&, int32_t after,
                                                             int32_t limit)>;
  using ReadStanding =
      std::function<absl::StatusOr<store::Standing>(const domain::Ulid&, int64_t since, int32_t first, int32_t last)>;

  struct Place {
    domain::Ulid fleet_id;
    int64_t timeline = 0;  // revisions of another one say nothing
    int32_t after = 0;     // the page's children follow this ordinal
    bool operator<(const Place& other) const {
      return std::tie(fleet_id, timeline, after) < std::tie(other.fleet_id, other.timeline, other.after);
    }
  };
  struct Page {
    std::string tasks;       // a WatchFleetResponse that has only them
    int32_t next_after = 0;  // 0: the last
  };

  // Keeps at most `max_bytes` of pages, those that were read last.
  SnapshotPages(List list, ReadStanding read_standing, std::size_t max_bytes = std::size_t{8} << 20);

  // The children as they stand, none of them behind `revision`, which the fleet has reached.
  absl::StatusOr<std::shared_ptr<const Page>> Read(const domain::Caller& caller, const Place& place, int64_t revision);

 private:
  struct Kept {
    std::shared_ptr<const Page> page;
    int64_t revision = 0;  // none of its children has changed since
  };

  // What is kept of a place, or nothing.
  Kept Find(const Place& place) const;
  absl::StatusOr<std::shared_ptr<const Page>> ReadAnew(const domain::Caller& caller, const Place& place,
                                                       int64_t revision);
  void Keep(const Place& place, const Kept& kept);

  const List list_;
  const ReadStanding read_standing_;
  const std::size_t max_bytes_;
  mutable Mutex mutex_;
  std::map<Place, Kept> kept_ ABSL_GUARDED_BY(mutex_);
  std::deque<Place> oldest_ ABSL_GUARDED_BY(mutex_);  // in the order of reading, each once
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_WATCH_SNAPSHOT_PAGES_H_
