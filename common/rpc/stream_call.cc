#include "common/rpc/stream_call.h"

#include <utility>

#include "absl/status/statusor.h"
#include "common/domain/caller.h"
#include "common/status/status_macros.h"
#include "google/protobuf/arena.h"

namespace fleet::rpc {

StreamCall::StreamCall(const Method& method, const CallEnvironment& environment, StreamTransport& transport)
    : method_(method), environment_(environment), transport_(transport), record_(method, environment) {}

void StreamCall::Start() {
  environment_.streams.Add(weak_from_this());
  environment_.intake.StreamOpened();
  const absl::Status opened = Open();
  if (!opened.ok()) return End(opened);
  ScheduleStep();
}

absl::Status StreamCall::Open() {
  FLEET_ASSIGN_OR_RETURN(domain::Caller caller, environment_.authenticator.Authenticate(transport_));
  caller.traceparent = record_.JoinTrace(transport_);
  google::protobuf::Arena arena;
  google::protobuf::Message* request = method_.request->New(&arena);
  FLEET_RETURN_IF_ERROR(ReadRequest(*request));
  // Weak: whom the session waits for must not keep a stream alive.
  session_ = std::get<Method::Stream>(method_.handler)(caller, *request, [weak = weak_from_this()] {
    if (const auto call = weak.lock()) call->Wake();
  });
  return absl::OkStatus();
}

absl::Status StreamCall::ReadRequest(google::protobuf::Message& request) {
  absl::Status fits = CheckRequestSize(method_, transport_.RequestBytes());
  if (!fits.ok()) {
    environment_.intake.CountRefused(metrics::Refusal::kTooLong);
    return fits;
  }
  absl::Status read = transport_.ReadRequest(request);
  if (!read.ok()) environment_.intake.CountRefused(metrics::Refusal::kMalformed);
  return read;
}

void StreamCall::ScheduleStep() {
  const bool taken = method_.pool->Submit([call = shared_from_this()] { call->RunStep(); });
  if (taken) return;
  environment_.intake.CountDropped(metrics::StreamDrop::kTooManySteps);
  End(absl::UnavailableError("too many watchers wait; try again"));
}

void StreamCall::RunStep() {
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    woken_ = false;
  }
  const LogScope scope = record_.Scope();
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
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    state_ = step.kind == StreamStep::Kind::kLast ? State::kWritingLast : State::kWriting;
    writing_since_ = environment_.clock.Elapsed();
  }
  record_.CountSent();
  transport_.Write(std::move(step.message));
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
  bool is_last = false;
  {
    MutexLock lock(mutex_);
    writing_since_ = absl::InfiniteDuration();
    if (dropping_) {
      dropped_ = true;
      return;
    }
    if (!IsWriting()) return;
    is_last = state_ == State::kWritingLast;
    if (ok && !is_last) state_ = State::kStepping;
  }
  if (!ok) return End(absl::CancelledError("the watcher is gone"));
  if (is_last) return End(absl::OkStatus());
  ScheduleStep();
}

void StreamCall::OnCancel() {
  // While a message is being written, its failure ends the stream.
  {
    MutexLock lock(mutex_);
    if (IsWriting()) return;
  }
  End(absl::CancelledError("the watcher is gone"));
}

bool StreamCall::EndIfStalled(absl::Duration oldest) {
  {
    MutexLock lock(mutex_);
    if (!IsWriting() || writing_since_ > oldest) return false;
    dropping_ = true;
  }
  environment_.intake.CountDropped(metrics::StreamDrop::kNotRead);
  transport_.Drop();
  {
    MutexLock lock(mutex_);
    dropping_ = false;
    if (!dropped_) return true;
  }
  End(absl::CancelledError("the watcher does not read"));
  return true;
}

bool StreamCall::IsWriting() const { return state_ == State::kWriting || state_ == State::kWritingLast; }

void StreamCall::End(const absl::Status& status) {
  {
    MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    state_ = State::kDone;
  }
  environment_.intake.StreamEnded();
  transport_.End(record_.End(status));
}

}  // namespace fleet::rpc
