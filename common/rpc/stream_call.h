// One server stream, from its request's bytes to its end, whatever the transport: like Call, and it drives the method's
// session. It holds no thread while the session waits or a message is on its way.
#ifndef FLEET_COMMON_RPC_STREAM_CALL_H_
#define FLEET_COMMON_RPC_STREAM_CALL_H_

#include <memory>

#include "absl/status/status.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/call_record.h"
#include "common/rpc/method_table.h"
#include "common/rpc/stream_session.h"
#include "common/rpc/transport.h"

namespace fleet::rpc {

// Thread-safe. Owned by its transport until that has ended, then by a step that still runs.
class StreamCall : public std::enable_shared_from_this<StreamCall> {
 public:
  // `transport` lives until it is told to end; the others outlive the call.
  StreamCall(const Method& method, const CallEnvironment& environment, StreamTransport& transport);

  // Call once, on the transport's thread; does not block.
  void Start();
  // The message that was last written is on its way, or, not `ok`, nobody is there to have it.
  void OnWritten(bool ok);
  // The caller is gone.
  void OnCancel();

 private:
  // Most streams wait most of the time: they keep nothing they can do without.
  enum class State { kStepping, kWaiting, kWriting, kDone };

  absl::Status Open();
  void Wake();
  void ScheduleStep();
  void RunStep();
  void Send(StreamStep step);
  void Wait();
  // Ends the stream unless it has ended.
  void End(const absl::Status& status);

  const Method& method_;
  const CallEnvironment& environment_;
  StreamTransport& transport_;
  CallRecord record_;
  std::unique_ptr<StreamSession> session_;  // used by one step at a time

  Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kStepping;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;  // while stepping
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_STREAM_CALL_H_
