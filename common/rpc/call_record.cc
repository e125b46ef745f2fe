#include "common/rpc/call_record.h"

#include <string>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/logging/structured_log.h"
#include "common/status/error_info.h"
#include "common/status/public_words.h"

namespace fleet::rpc {
namespace {

bool IsOurFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss || code == absl::StatusCode::kUnavailable;
}

// Long enough to be found in a day's log.
std::string NewCallId() {
  thread_local absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

}  // namespace

metrics::RpcType RpcTypeOf(const Method& method) {
  return method.kind() == MethodKind::kStream ? metrics::RpcType::kServerStream : metrics::RpcType::kUnary;
}

absl::Status CheckRequestSize(const Method& method, std::size_t bytes) {
  if (bytes <= method.max_request_bytes) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("the request has ", bytes, " bytes; ", method.name, " takes at most ", method.max_request_bytes),
      {"REQUEST_TOO_LARGE", {}, {}});
}

CallRecord::CallRecord(const Method& method, const CallEnvironment& environment)
    : method_(method), environment_(environment), type_(RpcTypeOf(method)), started_(environment.clock.Elapsed()) {
  environment_.metrics.Started(type_, method_.service, method_.name);
  environment_.metrics.Received(type_, method_.service, method_.name);
}

void CallRecord::CountSent() { environment_.metrics.Sent(type_, method_.service, method_.name); }

absl::Status CallRecord::End(const absl::Status& status) {
  environment_.metrics.Handled(type_, method_.service, method_.name, status.code(),
                               environment_.clock.Elapsed() - started_);
  if (status.ok()) return status;
  if (!IsOurFault(status.code()) && !HasPublicWords(status)) return Word(status);
  const std::string call_id = NewCallId();
  LogWarning("call_failed",
             {{"call_id", call_id}, {"service", method_.service}, {"method", method_.name}, {"error", status}});
  return Word(ForCallers(status, call_id));
}

absl::Status CallRecord::Word(const absl::Status& status) const {
  return environment_.word_error == nullptr ? status : environment_.word_error(status);
}

}  // namespace fleet::rpc
