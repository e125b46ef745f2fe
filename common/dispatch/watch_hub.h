// Shares the reading of fleets among all that watch them: however many watch a fleet, it is read once a change, and
// each watcher takes what it has missed when it is ready for it.
#ifndef FLEET_COMMON_DISPATCH_WATCH_HUB_H_
#define FLEET_COMMON_DISPATCH_WATCH_HUB_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"
#include "common/store/change_feed.h"

namespace fleet::dispatch {

// What a watcher has not yet been told.
struct WatchUpdate {
  enum class Kind { kChange, kBookmark, kRestart, kEnd };
  Kind kind = Kind::kBookmark;
  int64_t since = 0;                                // what was taken before reached so far
  int64_t revision = 0;                             // resume after this, once all of it is told
  std::shared_ptr<const store::FleetRecord> fleet;  // with kChange
  // With kChange, if children are watched: chunks in order; a later one wins.
  std::vector<std::shared_ptr<const store::ChangedTasks>> tasks;
  bool is_last = false;  // the fleet has ended and this tells all of it
  absl::Status status;   // with kEnd: why the hub ends the watch
};

// One watcher's place. Thread-safe.
class WatchSubscription {
 public:
  // What there is to tell, or nullptr: then `ready` is called once when there is.
  std::unique_ptr<WatchUpdate> Take();

 private:
  friend class WatchHub;
  WatchSubscription(int64_t revision, bool with_tasks, std::function<void()> ready);

  using Chunks = std::vector<std::shared_ptr<const store::ChangedTasks>>;

  void Offer(std::shared_ptr<const store::FleetRecord> fleet, const Chunks& tasks, int64_t revision, bool is_last);
  void Interrupt(WatchUpdate::Kind kind, const absl::Status& status);
  void Bookmark();

  const bool with_tasks_;
  const std::function<void()> ready_;
  int64_t cursor_;                                   // hub thread only: the last revision read for this watcher
  bool caught_up_ = false;                           // hub thread only: it once knew all that there was
  absl::Duration last_told_ = absl::ZeroDuration();  // hub thread only

  Mutex mutex_;
  std::unique_ptr<WatchUpdate> pending_ ABSL_GUARDED_BY(mutex_);
  std::size_t pending_tasks_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t told_ ABSL_GUARDED_BY(mutex_);
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  void Announce() ABSL_LOCKS_EXCLUDED(mutex_);
};

class WatchHub {
 public:
  struct Feed {
    std::function<absl::StatusOr<std::map<domain::Ulid, store::FleetRecord>>(const std::vector<domain::Ulid>&)>
        read_fleets;
    std::function<absl::StatusOr<std::map<domain::Ulid, int64_t>>(const std::vector<domain::Ulid>&)> read_revisions;
    std::function<absl::StatusOr<store::ChangedTasks>(const domain::Ulid&, int64_t, int64_t)> read_changes;
  };
  struct Options {
    // How often watched fleets are looked at without being woken: what a lost wake-up costs at most.
    absl::Duration poll_interval = absl::Milliseconds(500);
    // Changes closer together than this are told as one.
    absl::Duration min_interval = absl::Milliseconds(20);
    absl::Duration bookmark_interval = absl::Seconds(15);
    // Told, on the hub's thread, how old the last change of a fleet was when its watchers were told.
    std::function<void(absl::Duration lag)> observe_lag = nullptr;
  };

  WatchHub(Feed feed, const Clock& clock, const Options& options);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // Watches changes after `revision`. `ready` is called on the hub's thread, never within Take; it must not
  // block. After Stop, the subscription ends with kUnavailable.
  std::shared_ptr<WatchSubscription> Subscribe(const domain::Ulid& fleet_id, int64_t revision, bool with_tasks,
                                               std::function<void()> ready);
  // Call when a subscription is no longer wanted; `ready` may still be running on the hub's thread.
  void Unsubscribe(const domain::Ulid& fleet_id, const std::shared_ptr<WatchSubscription>& subscription);
  // These fleets changed. Thread-safe, cheap, coalesced.
  void Wake(const std::vector<domain::Ulid>& fleet_ids);
  // Any may have changed.
  void WakeAll();
  // Ends every watch with kUnavailable. Idempotent.
  void Stop();

  std::size_t watchers() const;

 private:
  using Subscriptions = std::set<std::shared_ptr<WatchSubscription>>;

  void Run();
  std::set<domain::Ulid> WaitForWork(absl::Duration& next_poll);
  // Of these fleets, those that some watcher has not been told all of, with all that watch them.
  std::map<domain::Ulid, Subscriptions> Behind(const std::set<domain::Ulid>& fleet_ids);
  void TellAll(const std::map<domain::Ulid, Subscriptions>& watchers);
  void Tell(const domain::Ulid& fleet_id, const store::FleetRecord& record, const Subscriptions& watchers);
  void TellTasks(const domain::Ulid& fleet_id, const std::shared_ptr<const store::FleetRecord>& record,
                 const Subscriptions& watchers);
  // One chunk of what changed after `cursor`; of a fleet that has ended all of them, so that no watcher is told the end
  // before its last children.
  absl::StatusOr<WatchSubscription::Chunks> ReadChunks(const domain::Fleet& fleet, int64_t cursor);
  void ObserveLag(const store::FleetRecord& record, absl::Duration since_read);
  void TellBookmarks();
  Subscriptions WatchersOf(const domain::Ulid& fleet_id);

  const Feed feed_;
  const Clock& clock_;
  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::map<domain::Ulid, Subscriptions> topics_ ABSL_GUARDED_BY(mutex_);
  std::set<domain::Ulid> woken_ ABSL_GUARDED_BY(mutex_);
  std::size_t watchers_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fleet::dispatch

#endif  // FLEET_COMMON_DISPATCH_WATCH_HUB_H_
