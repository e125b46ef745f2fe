// Messages of WatchFleet in the wire form. One that is the same for many streams is made once for all of them.
#ifndef FLEET_SERVICES_FLEET_WATCH_WATCH_MESSAGES_H_
#define FLEET_SERVICES_FLEET_WATCH_WATCH_MESSAGES_H_

#include <cstddef>
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

// Of the children in one message of a change: gRPC's clients take 4 MiB unless told otherwise. Its bytes are shared by
// all who are told.
inline constexpr std::size_t kChangeMessageBytes = std::size_t{1} << 20;

rpc::SharedBytes ToBytes(const v1::WatchFleetResponse& message);

// What a stream resumes with.
struct ResumeTokens {
  std::string before;  // until all of a change is told
  std::string after;
};

// Thread-safe. Streams that take the same update of a hub get the same bytes. It keeps few that no
// stream has still to take.
class WatchMessages {
 public:
  using Messages = std::vector<rpc::SharedBytes>;

  // `update` is a change. It takes several messages if its children are more than one may hold: all but the last have
  // children only, so that who has read some of them knows neither the fleet's end nor a token too early.
  std::shared_ptr<const Messages> Change(const dispatch::WatchUpdate& update, const ResumeTokens& tokens);
  // How many are kept.
  std::size_t kept() const;

 private:
  // Weak: an address is not used again while it is known here.
  using Fleet = std::weak_ptr<const store::FleetRecord>;
  struct Entry {
    // What makes it the same, beside the fleet.
    std::vector<std::weak_ptr<const store::ChangedTasks>> tasks;
    ResumeTokens tokens;

    std::once_flag made;
    std::shared_ptr<const Messages> messages;
  };

  // The entry of this change, new or not.
  std::shared_ptr<Entry> Find(const dispatch::WatchUpdate& update, const ResumeTokens& tokens);
  static bool IsSame(const Entry& entry, const dispatch::WatchUpdate& update, const ResumeTokens& tokens);
  // Those that nobody will ask for.
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::multimap<Fleet, std::shared_ptr<Entry>, std::owner_less<>> entries_ ABSL_GUARDED_BY(mutex_);
  std::size_t forget_at_ ABSL_GUARDED_BY(mutex_) = 0;  // so many
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_WATCH_WATCH_MESSAGES_H_
