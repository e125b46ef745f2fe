#include "common/rpc/call.h"

#include <utility>

#include "absl/status/statusor.h"
#include "common/status/error_info.h"

namespace fleet::rpc {

namespace {

using metrics::Refusal;

constexpr absl::Duration kRetryAfter = absl::Seconds(1);

}  // namespace

Call::Call(const Method& method, const CallEnvironment& environment, UnaryTransport& transport)
    : method_(method), environment_(environment), transport_(transport), record_(method, environment) {}

void Call::Start() {
  absl::StatusOr<domain::Caller> caller = environment_.authenticator.Authenticate(transport_);
  if (!caller.ok()) return End(caller.status());
  caller_ = *std::move(caller);
  caller_.address = transport_.PeerAddress();
  caller_.traceparent = record_.JoinTrace(transport_);
  if (!Reserve()) return;
  if (method_.kind() == MethodKind::kPending) return RunPending(std::get<Method::Pending>(method_.handler));
  const bool taken = method_.pool->Submit([this] { RunUnary(std::get<Method::Unary>(method_.handler)); });
  if (!taken) Refuse(Refusal::kTooManyCalls, absl::UnavailableError("too many calls wait; try again"));
}

void Call::RunUnary(const Method::Unary& handle) {
  if (*abandoned_) return End(absl::CancelledError("the caller is gone"));
  if (!ReadRequest()) return;
  const LogScope scope = record_.Scope();
  End(handle(caller_, *request_, *response_));
}

void Call::RunPending(const Method::Pending& handle) {
  if (!ReadRequest()) return;
  const LogScope scope = record_.Scope();
  handle(caller_, *request_, *response_,
         {transport_.TimeLeft(), abandoned_, [this](const absl::Status& status) { End(status); }});
}

bool Call::Reserve() {
  const std::size_t bytes = transport_.RequestBytes();
  if (const absl::Status fits = CheckRequestSize(method_, bytes); !fits.ok()) {
    return Refuse(Refusal::kTooLong, fits), false;
  }
  if (!environment_.budget.Take(bytes)) {
    Refuse(Refusal::kBudget, MakeError(absl::StatusCode::kResourceExhausted,
                                       "the service is handling as many bytes of requests as it may; try again",
                                       {"TOO_MANY_REQUEST_BYTES", {}, {}, kRetryAfter}));
    return false;
  }
  reserved_ = bytes;
  environment_.intake.AddRequestBytes(bytes);
  return true;
}

bool Call::ReadRequest() {
  request_ = method_.request->New(&arena_);
  response_ = method_.response->New(&arena_);
  const absl::Status read = transport_.ReadRequest(*request_);
  if (!read.ok()) Refuse(Refusal::kMalformed, read);
  return read.ok();
}

void Call::Refuse(Refusal why, const absl::Status& status) {
  environment_.intake.CountRefused(why);
  End(status);
}

void Call::End(const absl::Status& status) {
  environment_.budget.Give(reserved_);
  environment_.intake.RemoveRequestBytes(reserved_);
  const absl::Status told = record_.End(status);
  if (status.ok()) record_.CountSent();
  transport_.End(told, response_ == nullptr ? *method_.response : *response_);
}

}  // namespace fleet::rpc
