#include "common/rpc/call.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"

namespace fleet::rpc {

absl::Status MalformedRequest(const google::protobuf::Message& request) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the request's bytes are no ", request.GetDescriptor()->full_name()),
                   {"MALFORMED_REQUEST", {}, {}});
}

Call::Call(const Method& method, const CallEnvironment& environment, UnaryTransport& transport)
    : method_(method), environment_(environment), transport_(transport), record_(method, environment) {}

void Call::Start() {
  absl::StatusOr<domain::Caller> caller = environment_.authenticator.Authenticate(transport_);
  if (!caller.ok()) return End(caller.status());
  caller_ = *std::move(caller);
  if (method_.kind() == MethodKind::kPending) return RunPending(std::get<Method::Pending>(method_.handler));
  const bool taken = method_.pool->Submit([this] { RunUnary(std::get<Method::Unary>(method_.handler)); });
  if (!taken) End(absl::UnavailableError("too many calls wait; try again"));
}

void Call::RunUnary(const Method::Unary& handle) {
  if (*abandoned_) return End(absl::CancelledError("the caller is gone"));
  if (!ReadRequest()) return;
  End(handle(caller_, *request_, *response_));
}

void Call::RunPending(const Method::Pending& handle) {
  if (!ReadRequest()) return;
  handle(caller_, *request_, *response_,
         {transport_.TimeLeft(), abandoned_, [this](const absl::Status& status) { End(status); }});
}

bool Call::ReadRequest() {
  request_ = method_.request->New(&arena_);
  response_ = method_.response->New(&arena_);
  if (transport_.ReadRequest(*request_)) return true;
  End(MalformedRequest(*request_));
  return false;
}

void Call::End(const absl::Status& status) {
  record_.End(status);
  if (status.ok()) record_.CountSent();
  const bool is_worded = !status.ok() && environment_.word_error != nullptr;
  transport_.End(is_worded ? environment_.word_error(status) : status,
                 response_ == nullptr ? *method_.response : *response_);
}

}  // namespace fleet::rpc
