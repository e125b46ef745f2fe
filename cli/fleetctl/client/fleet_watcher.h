// Follows a fleet to its end, through the loss of servers: the next one goes on after the last resume token.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_FLEET_WATCHER_H_
#define FLEET_CLI_FLEETCTL_CLIENT_FLEET_WATCHER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/fleetctl/client/interruption.h"
#include "cli/fleetctl/client/patience.h"
#include "common/clock/clock.h"
#include "common/rpc/backoff.h"
#include "common/rpc/failover_channel.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::cli {

// Told what happens, on the thread that watches.
class FleetObserver {
 public:
  virtual ~FleetObserver() = default;
  // A newer picture of the fleet; `message` has a fleet.
  virtual void OnPicture(const v1::WatchFleetResponse& message) = 0;
  // About a quarter of a second passed.
  virtual void OnTick() = 0;
  // A connection was lost or found again.
  virtual void OnNotice(absl::string_view text) = 0;
};

class FleetWatcher {
 public:
  struct Options {
    // How long to go on without a word from any server.
    absl::Duration give_up_after = absl::Minutes(10);
    Patience patience;
  };

  // What it refers to must outlive it.
  FleetWatcher(rpc::FailoverChannel& servers, const Options& options, Interruption& interruption, const Clock& clock);

  // Returns the fleet as it ended. Else kCancelled if interrupted; reason SERVER_UNREACHABLE if no server answered for
  // too long; what a server answered, if that cannot be helped by another try.
  absl::StatusOr<v1::Fleet> Watch(const std::string& fleet_id, FleetObserver& observer);

 private:
  // What is known of the fleet, from one stream to the next.
  struct Progress {
    v1::WatchFleetRequest request;  // with the last resume token
    std::optional<v1::Fleet> fleet;
    absl::Duration last_word;  // when a server spoke last
    bool lost = false;         // and the user was told so
    rpc::Backoff backoff;
  };

  grpc::Status Follow(Progress& progress, FleetObserver& observer);
  void Take(const v1::WatchFleetResponse& message, Progress& progress, FleetObserver& observer);
  // OK if it is worth another try.
  absl::Status Judge(const grpc::Status& end, Progress& progress, FleetObserver& observer);
  static bool HasEnded(const Progress& progress);

  rpc::FailoverChannel& servers_;
  const Options options_;
  Interruption& interruption_;
  const Clock& clock_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_FLEET_WATCHER_H_
