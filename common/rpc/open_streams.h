// All streams that are open, so that one whose caller does not read can be ended: until it is, it holds a message.
#ifndef FLEET_COMMON_RPC_OPEN_STREAMS_H_
#define FLEET_COMMON_RPC_OPEN_STREAMS_H_

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"

namespace fleet::rpc {

class StreamCall;

// Thread-safe.
class OpenStreams {
 public:
  // A message has `patience` to be taken by the caller's side of the connection.
  explicit OpenStreams(const Clock& clock, absl::Duration patience = absl::Seconds(30))
      : clock_(clock), patience_(patience) {}

  void Add(std::weak_ptr<StreamCall> call);
  // Ends the streams whose message has not been taken in time; under a PeriodicLoop. Returns how many.
  int RunOnce();

 private:
  const Clock& clock_;
  const absl::Duration patience_;
  Mutex mutex_;
  std::vector<std::weak_ptr<StreamCall>> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_OPEN_STREAMS_H_
