// Brings the logs of running children to those who follow them at this service: each followed child is read once a
// pass, however many follow it, and each follower takes what it has missed when it is ready. It keeps the last window
// of each child and nothing for each follower, so that a slow one loses bytes and costs none.
#ifndef FLEET_COMMON_DISPATCH_LOG_RELAY_H_
#define FLEET_COMMON_DISPATCH_LOG_RELAY_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/domain/identifiers.h"
#include "common/lifecycle/mutex.h"
#include "common/store/followed_log_store.h"

namespace fleet::dispatch {

// One follower's place. Thread-safe.
class LogSubscription {
 public:
  struct News {
    std::shared_ptr<const store::FollowedLog> log;  // as it stands now; null: nothing is known yet
    bool ended = false;                             // the service drains: no more comes
  };
  // What there is to tell, perhaps nothing new but that the relay is there; nullptr: then `ready` is called once when
  // there is.
  std::unique_ptr<News> Take();

 private:
  friend class LogRelay;
  explicit LogSubscription(std::function<void()> ready) : ready_(std::move(ready)) {}
  void Offer(News news);

  const std::function<void()> ready_;
  absl::Duration last_told_ = absl::ZeroDuration();  // under the relay's lock
  Mutex mutex_;
  std::unique_ptr<News> pending_ ABSL_GUARDED_BY(mutex_);
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
};

// Thread-safe.
class LogRelay {
 public:
  // FollowedLogStore's methods.
  struct Feed {
    std::function<absl::Status(const domain::TaskId&)> follow{};
    std::function<absl::Status(const std::vector<domain::TaskId>&)> follow_on{};
    std::function<absl::StatusOr<std::vector<store::FollowedLog>>(const store::FollowedLogStore::Known&)>
        read_changed{};
    std::function<absl::StatusOr<std::vector<domain::TaskId>>()> list{};
  };
  struct Options {
    // How often the database is told that a child is followed still; it believes it for 30 s.
    absl::Duration follow_interval = absl::Seconds(10);
    // How often it is asked which children are followed anywhere.
    absl::Duration list_interval = absl::Seconds(1);
    // A follower is told something at least as often.
    absl::Duration bookmark_interval = absl::Seconds(15);
    std::size_t most_followers = 500;
  };
  LogRelay(Feed feed, const Clock& clock, const Options& options)
      : feed_(std::move(feed)), clock_(clock), options_(options) {}

  // Follows a child; blocks for the database. `ready` is called on the thread of RunOnce or Stop, never within Take; it
  // must not block. Returns kResourceExhausted with reason LOG_FOLLOWERS_LIMIT, kUnavailable after Stop.
  absl::StatusOr<std::shared_ptr<LogSubscription>> Subscribe(const domain::TaskId& task, std::function<void()> ready);
  // Call when a subscription is no longer wanted; `ready` may still be running.
  void Unsubscribe(const domain::TaskId& task, const std::shared_ptr<LogSubscription>& subscription);

  // Reads what changed, tells the followers, and says in the database that they are there; under a PeriodicLoop.
  // Returns how many children it found changed, or the database's error.
  absl::StatusOr<int> RunOnce();
  // Of `tasks`, those that somebody follows, here or at another service, as RunOnce saw last.
  std::vector<domain::TaskId> FollowedOf(const std::vector<domain::TaskId>& tasks) const;
  // Ends every subscription. Idempotent.
  void Stop();

  std::size_t followers() const;

 private:
  struct Topic {
    std::shared_ptr<const store::FollowedLog> log;
    std::set<std::shared_ptr<LogSubscription>> subscriptions;
  };

  // Offered outside the lock: who is told may leave at once.
  using Offers = std::vector<std::pair<std::shared_ptr<LogSubscription>, LogSubscription::News>>;
  static void Deliver(const Offers& offers);

  absl::Status List();
  absl::Status FollowOn();
  std::vector<std::shared_ptr<const store::FollowedLog>> KnownLogs() const;
  void Tell(store::FollowedLog log);
  void TellBookmarks();

  const Feed feed_;
  const Clock& clock_;
  const Options options_;
  absl::Duration next_list_ = -absl::InfiniteDuration();       // RunOnce's thread only
  absl::Duration next_follow_on_ = -absl::InfiniteDuration();  // RunOnce's thread only
  mutable Mutex mutex_;
  std::map<domain::TaskId, Topic> topics_ ABSL_GUARDED_BY(mutex_);
  std::set<domain::TaskId> followed_ ABSL_GUARDED_BY(mutex_);
  std::size_t followers_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleet::dispatch

#endif  // FLEET_COMMON_DISPATCH_LOG_RELAY_H_
