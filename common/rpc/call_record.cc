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
uint64_t NewCallId() {
  thread_local absl::BitGen random;
  return absl::Uniform<uint64_t>(random);
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
    : method_(method),
      environment_(environment),
      type_(RpcTypeOf(method)),
      started_(environment.clock.Elapsed()),
      id_(NewCallId()) {
  environment_.metrics.Started(type_, method_.service, method_.name);
  environment_.metrics.Received(type_, method_.service, method_.name);
}

std::string CallRecord::id() const { return absl::StrCat(absl::Hex(id_, absl::kZeroPad16)); }

std::string CallRecord::JoinTrace(const Metadata& metadata) {
  trace_.Begin(method_, metadata, environment_.tracer, environment_.clock);
  return trace_.Traceparent();
}

void CallRecord::CountSent() { environment_.metrics.Sent(type_, method_.service, method_.name); }

absl::Status CallRecord::End(const absl::Status& status) {
  const absl::Duration took = environment_.clock.Elapsed() - started_;
  environment_.metrics.Handled(type_, method_.service, method_.name, status.code(), took);
  trace_.End(method_, status.code(), environment_.tracer, environment_.clock);
  if (LogEnabled(LogLevel::kDebug)) {
    const LogScope scope = Scope();
    LogDebug("call_handled", {{"service", method_.service},
                              {"method", method_.name},
                              {"code", absl::StatusCodeToString(status.code())},
                              {"seconds", absl::ToDoubleSeconds(took)}});
  }
  if (status.ok()) return status;
  if (!IsOurFault(status.code()) && !HasPublicWords(status)) return Word(status);
  const LogScope scope = Scope();
  LogWarning("call_failed", {{"service", method_.service}, {"method", method_.name}, {"error", status}});
  return Word(ForCallers(status, id()));
}

absl::Status CallRecord::Word(const absl::Status& status) const {
  return environment_.word_error == nullptr ? status : environment_.word_error(status);
}

}  // namespace fleet::rpc
