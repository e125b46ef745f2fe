#include "common/rpc/stream_call.h"

#include <utility>

#include "absl/status/statusor.h"
#include "common/domain/caller.h"
#include "common/rpc/call.h"
#include "common/status/status_macros.h"
#include "google/protobuf/arena.h"

namespace fleet::rpc {

StreamCall::StreamCall(const Method& method, const CallEnvironment& environment, StreamTransport& transport)
    : method_(method), environment_(environment), transport_(transport), record_(method, environment) {}

void StreamCall::Start() {
  const absl::Status opened = Open();
  if (!opened.ok()) return End(opened);
  ScheduleStep();
}

absl::Status StreamCall::Open() {
  FLEET_ASSIGN_OR_RETURN(const domain::Caller caller, environment_.authenticator.Authenticate(transport_));
  google::protobuf::Arena arena;
  google::protobuf::Message* request = method_.request->New(&arena);
  if (!transport_.ReadRequest(*request)) return MalformedRequest(*request);
  // Weak: whom the session waits for must not keep a stream alive.
  session_ = std::get<Method::Stream>(method_.handler)(caller, *request, [weak = weak_from_this()] {
    if (const auto call = weak.lock()) call->Wake();
  });
  return absl::OkStatus();
}

void StreamCall::ScheduleStep() {
  const bool taken = method_.pool->Submit([call = shared_from_this()] { call->RunStep(); });
  if (!taken) End(absl::UnavailableError("too many watchers wait; try again"));
}

void StreamCall::RunStep() {
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    woken_ = false;
  }
  StreamStep step = session_->Step();
  switch (step.kind) {
    case StreamStep::Kind::kMessage:
    case StreamStep::Kind::kLast:
      return Send(std::move(step));
    case StreamStep::Kind::kWait:
      return Wait();
    case StreamStep::Kind::kEnd:
      return End(step.status);
  }
}

void StreamCall::Send(StreamStep step) {
  const bool is_last = step.kind == StreamStep::Kind::kLast;
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    state_ = is_last ? State::kDone : State::kWriting;
  }
  record_.CountSent();
  if (!is_last) return transport_.Write(std::move(step.message));
  record_.End(absl::OkStatus());
  transport_.WriteLast(std::move(step.message));
}

void StreamCall::Wait() {
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    if (!woken_) {
      state_ = State::kWaiting;
      return;
    }
  }
  ScheduleStep();
}

void StreamCall::Wake() {
  {
    MutexLock lock(mutex_);
    if (state_ != State::kWaiting) {
      woken_ = true;
      return;
    }
    state_ = State::kStepping;
  }
  ScheduleStep();
}

void StreamCall::OnWritten(bool ok) {
  if (!ok) return End(absl::CancelledError("the watcher is gone"));
  {
    MutexLock lock(mutex_);
    if (state_ != State::kWriting) return;
    state_ = State::kStepping;
  }
  ScheduleStep();
}

void StreamCall::OnCancel() {
  // While a message is being written, its failure ends the stream.
  {
    MutexLock lock(mutex_);
    if (state_ == State::kWriting) return;
  }
  End(absl::CancelledError("the watcher is gone"));
}

void StreamCall::End(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    state_ = State::kDone;
  }
  record_.End(status);
  transport_.End(status);
}

}  // namespace fleet::rpc
