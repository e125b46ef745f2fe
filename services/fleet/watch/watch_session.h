// WatchFleet, one stream of it: what its watcher is told next. It knows no transport.
#ifndef FLEET_SERVICES_FLEET_WATCH_WATCH_SESSION_H_
#define FLEET_SERVICES_FLEET_WATCH_WATCH_SESSION_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/dispatch/watch_hub.h"
#include "common/domain/caller.h"
#include "common/rpc/method_table.h"
#include "common/rpc/stream_session.h"
#include "common/store/fleet_store.h"
#include "fleet/v1/fleet_service.pb.h"
#include "services/fleet/watch/snapshot_pages.h"
#include "services/fleet/watch/watch_messages.h"

namespace fleet::service {

// What every watch uses, thread-safe. Outlives all of them.
struct WatchSources {
  // ChangeFeed::ReadTimeline and ChangeFeed::ReadFleets.
  std::function<absl::StatusOr<int64_t>()> read_timeline;
  std::function<absl::StatusOr<std::map<domain::Ulid, store::FleetRecord>>(const std::vector<domain::Ulid>&)>
      read_fleets;
  SnapshotPages& pages;
  dispatch::WatchHub& hub;
  WatchMessages& messages;
};

// A snapshot, page after page, or what follows a resume token; then changes and bookmarks from the hub, until the fleet
// has ended. When the hub can no longer follow, a snapshot again. Waiting, it keeps next to nothing.
class WatchSession final : public rpc::StreamSession {
 public:
  // `wake` is called on the hub's thread.
  WatchSession(const WatchSources& sources, domain::Caller caller, const v1::WatchFleetRequest& request,
               rpc::Wake wake);
  ~WatchSession() override;

  rpc::StreamStep Step() override;

 private:
  enum class Phase { kStart, kPages, kLive };
  // What was asked, until it is understood.
  struct Question {
    std::string fleet_id;
    std::string resume_token;
  };

  absl::StatusOr<rpc::StreamStep> NextStep();
  absl::StatusOr<rpc::StreamStep> StartStep();
  // Reads where the fleet and the database's timeline stand.
  absl::Status ReadFleet();
  absl::StatusOr<rpc::StreamStep> ResumeFrom(int64_t revision);
  absl::StatusOr<rpc::StreamStep> StartSnapshot(bool resumed);
  absl::StatusOr<rpc::StreamStep> PageStep();
  absl::StatusOr<rpc::StreamStep> LiveStep();
  rpc::StreamStep ChangeStep();
  void Subscribe(int64_t revision);
  void Unsubscribe();
  std::string Token(int64_t revision) const;

  const WatchSources& sources_;
  const domain::Caller caller_;
  const bool include_tasks_;
  const rpc::Wake wake_;
  std::unique_ptr<Question> question_;
  Phase phase_ = Phase::kStart;
  domain::Ulid fleet_id_;
  int64_t timeline_ = 0;
  std::unique_ptr<store::FleetRecord> record_;  // until the snapshot is told
  bool resumed_with_snapshot_ = false;
  int32_t after_ = 0;
  std::shared_ptr<dispatch::WatchSubscription> subscription_;
  // A change that is not told to its end.
  struct Telling {
    std::shared_ptr<const WatchMessages::Messages> messages;
    std::size_t told = 0;
    bool is_last = false;  // the stream ends with it
  };
  std::unique_ptr<Telling> telling_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_WATCH_WATCH_SESSION_H_
