// One server stream, from its request's bytes to its end, whatever the transport: like Call, and it drives the method's
// session. It holds no thread while the session waits or a message is on its way.
#ifndef FLEET_COMMON_RPC_STREAM_CALL_H_
#define FLEET_COMMON_RPC_STREAM_CALL_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/call_record.h"
#include "common/rpc/method_table.h"
#include "common/rpc/stream_session.h"
#include "common/rpc/transport.h"
#include "google/protobuf/message.h"

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
  // Ends the stream, and frees what it holds, if the message it sends has been on its way since `oldest` or longer, of
  // the environment's clock. The caller sees CANCELLED. Whether it did.
  bool EndIfStalled(absl::Duration oldest);

 private:
  // Most streams wait most of the time: they keep nothing they can do without.
  enum class State { kStepping, kWaiting, kWriting, kWritingLast, kDone };

  absl::Status Open();
  // What CheckRequestSize and the transport say of the request.
  absl::Status ReadRequest(google::protobuf::Message& request);
  void Wake();
  void ScheduleStep();
  void RunStep();
  void Send(StreamStep step);
  void Wait();
  bool IsWriting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
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
  absl::Duration writing_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  // While the transport is told to drop its message, the stream must not end.
  bool dropping_ ABSL_GUARDED_BY(mutex_) = false;
  bool dropped_ ABSL_GUARDED_BY(mutex_) = false;  // it was told OnWritten meanwhile
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_STREAM_CALL_H_
