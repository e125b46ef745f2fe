#include "common/rpc/call_record.h"

#include "common/logging/structured_log.h"

namespace fleet::rpc {
namespace {

bool IsOurFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss || code == absl::StatusCode::kUnavailable;
}

}  // namespace

CallRecord::CallRecord(const Method& method, const CallEnvironment& environment)
    : method_(method),
      environment_(environment),
      type_(method.kind() == MethodKind::kStream ? metrics::RpcType::kServerStream : metrics::RpcType::kUnary),
      started_(environment.clock.Elapsed()) {
  environment_.metrics.Started(type_, method_.service, method_.name);
  environment_.metrics.Received(type_, method_.service, method_.name);
}

void CallRecord::CountSent() { environment_.metrics.Sent(type_, method_.service, method_.name); }

void CallRecord::End(const absl::Status& status) {
  environment_.metrics.Handled(type_, method_.service, method_.name, status.code(),
                               environment_.clock.Elapsed() - started_);
  if (IsOurFault(status.code())) {
    LogWarning("call_failed", {{"service", method_.service}, {"method", method_.name}, {"error", status}});
  }
}

}  // namespace fleet::rpc
