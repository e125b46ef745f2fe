// How patient the client is.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_PATIENCE_H_
#define FLEET_CLI_FLEETCTL_CLIENT_PATIENCE_H_

#include <limits>

#include "absl/time/time.h"

namespace fleet::cli {

struct Patience {
  // How often every server is asked at most before a call fails. As delivered only the timeout ends it.
  int rounds = std::numeric_limits<int>::max();
  // Pauses double from the first to the longest.
  absl::Duration first_pause = absl::Milliseconds(200);
  absl::Duration longest_pause = absl::Seconds(2);
  // A server that has sent nothing to a new watcher for this long is given up for the next.
  absl::Duration watch_answer_timeout = absl::Seconds(10);
  // The same for a stream that was alive. Services send bookmarks far more often than that.
  absl::Duration watch_silence_timeout = absl::Seconds(90);
  // A call without an answer for this long is told of.
  absl::Duration quiet_for = absl::Seconds(1);
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_PATIENCE_H_
