// A server stream without its transport: what to send next, made step by step.
#ifndef FLEET_COMMON_RPC_STREAM_SESSION_H_
#define FLEET_COMMON_RPC_STREAM_SESSION_H_

#include <utility>

#include "absl/status/status.h"
#include "common/rpc/transport.h"

namespace fleet::rpc {

struct StreamStep {
  enum class Kind {
    kMessage,  // send it; once it is sent, the next step
    kLast,     // send it and end the stream well
    kWait,     // the next step once the session has called its `wake`
    kEnd,      // end the stream with `status`
  };
  Kind kind = Kind::kWait;
  SharedBytes message{};
  absl::Status status{};

  static StreamStep Wait() { return {}; }
  static StreamStep End(absl::Status status) { return {Kind::kEnd, nullptr, std::move(status)}; }
};

class StreamSession {
 public:
  // Not while a step runs, but on any thread, also on the one that is in `wake`.
  virtual ~StreamSession() = default;
  // One at a time, on any thread; may block.
  virtual StreamStep Step() = 0;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_STREAM_SESSION_H_
