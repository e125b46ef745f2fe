// Wake-up hints on their way out: NOTIFY on a connection of its own, outside every transaction that matters (inside one
// it takes a lock for the whole database), coalesced to at most one every 20 ms. A hint may be lost; pollers catch up.
#ifndef FLEET_COMMON_DATABASE_NOTIFICATION_SENDER_H_
#define FLEET_COMMON_DATABASE_NOTIFICATION_SENDER_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "common/database/connection.h"
#include "common/lifecycle/mutex.h"
#include "common/lifecycle/periodic_loop.h"

namespace fleet::database {

class NotificationSender {
 public:
  // With `enabled` false every hint is dropped: all then rests on polling.
  NotificationSender(std::string url, bool enabled);
  ~NotificationSender();

  // Thread-safe; returns at once. Words on one channel travel together, separated by commas; if there are too many,
  // "*" says that any may be meant.
  void Send(const std::string& channel, const std::string& word);
  void Stop();

 private:
  PeriodicLoop::Next SendPending();

  const std::string url_;
  const bool enabled_;
  Mutex mutex_;
  std::map<std::string, std::set<std::string>> pending_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Connection> connection_;  // loop thread only
  PeriodicLoop loop_;
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_NOTIFICATION_SENDER_H_
