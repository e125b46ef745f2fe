// Messages of WatchFleet in the wire form. One that is the same for many streams is made once for all of them.
#ifndef FLEET_SERVICES_FLEET_WATCH_WATCH_MESSAGES_H_
#define FLEET_SERVICES_FLEET_WATCH_WATCH_MESSAGES_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/dispatch/watch_hub.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/transport.h"
#include "common/store/change_feed.h"
#include "common/store/fleet_store.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {

rpc::SharedBytes ToBytes(const v1::WatchFleetResponse& message);

// Thread-safe. Streams that take the same update of a hub get the same bytes. It keeps few that no
// stream has still to take.
class WatchMessages {
 public:
  // `update` is a change, `token` what the stream resumes with after it.
  rpc::SharedBytes Change(const dispatch::WatchUpdate& update, const std::string& token);
  // How many are kept.
  std::size_t kept() const;

 private:
  // Weak: an address is not used again while it is known here.
  using Fleet = std::weak_ptr<const store::FleetRecord>;
  struct Entry {
    // What makes it the same, beside the fleet.
    std::vector<std::weak_ptr<const store::ChangedTasks>> tasks;
    std::string token;

    std::once_flag made;
    rpc::SharedBytes bytes;
  };

  // The entry of this message, new or not.
  std::shared_ptr<Entry> Find(const dispatch::WatchUpdate& update, const std::string& token);
  static bool IsSame(const Entry& entry, const dispatch::WatchUpdate& update, const std::string& token);
  // Those that nobody will ask for.
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::multimap<Fleet, std::shared_ptr<Entry>, std::owner_less<>> entries_ ABSL_GUARDED_BY(mutex_);
  std::size_t forget_at_ ABSL_GUARDED_BY(mutex_) = 0;  // so many
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_WATCH_WATCH_MESSAGES_H_
