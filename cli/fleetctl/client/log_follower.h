// Follows the log of one child to the child's end, through the loss of servers: the next one goes on after what was
// seen.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_LOG_FOLLOWER_H_
#define FLEET_CLI_FLEETCTL_CLIENT_LOG_FOLLOWER_H_

#include <string>

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

// Told what happens, on the thread that follows.
class LogObserver {
 public:
  virtual ~LogObserver() = default;
  // There is text, something was skipped, or the child changed.
  virtual void OnMessage(const v1::FollowTaskLogResponse& message) = 0;
  // A connection was lost or found again.
  virtual void OnNotice(absl::string_view text) = 0;
};

class LogFollower {
 public:
  struct Options {
    // How long to go on without a word from any server.
    absl::Duration give_up_after = absl::Minutes(10);
    Patience patience;
  };

  // What it refers to must outlive it.
  LogFollower(rpc::FailoverChannel& servers, const Options& options, Interruption& interruption, const Clock& clock)
      : servers_(servers), options_(options), interruption_(interruption), clock_(clock) {}

  // Returns the child as it ended. Else kCancelled if interrupted; reason SERVER_UNREACHABLE if no server answered for
  // too long; what a server answered, if that cannot be helped by another try.
  absl::StatusOr<v1::Task> Follow(const std::string& fleet_id, const std::string& repo, LogObserver& observer);

 private:
  // What is known, from one stream to the next.
  struct Progress {
    absl::Duration last_word;  // when a server spoke last
    rpc::Backoff backoff;
    v1::FollowTaskLogRequest request{};  // after what was seen
    v1::Task task{};                     // as it was told last
    bool lost = false;                   // and the user was told so
    bool is_early = false;               // the child was not there yet, and the user was told so
  };

  grpc::Status FollowOnce(Progress& progress, LogObserver& observer);
  void Take(const v1::FollowTaskLogResponse& message, Progress& progress, LogObserver& observer);
  // OK if it is worth another try.
  absl::Status Judge(const grpc::Status& end, Progress& progress, LogObserver& observer);

  rpc::FailoverChannel& servers_;
  const Options options_;
  Interruption& interruption_;
  const Clock& clock_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_LOG_FOLLOWER_H_
