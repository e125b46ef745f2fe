#include "cli/fleetctl/client/call_failure.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/rpc/failover_channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"

namespace fleet::cli {
namespace {

// gRPC wraps the one useful part of a connection's error into several layers.
absl::string_view InnermostCause(absl::string_view message) {
  for (const absl::string_view layer : {"last error: ", "Failed to connect to remote host: "}) {
    const std::size_t at = message.rfind(layer);
    if (at != absl::string_view::npos) message = message.substr(at + layer.size());
  }
  return message;
}

}  // namespace

absl::Status DescribeFailure(const std::string& address, const grpc::Status& status) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  // Whatever a service says itself carries details.
  if (!rpc::IsTransient(status) || !status.error_details().empty()) {
    absl::Status own = rpc::FromGrpcStatus(status);
    if (!own.message().empty()) return own;
    // A proxy, or another program at that port, may say nothing at all.
    return MakeError(code, absl::StrCat(address, " answered ", absl::StatusCodeToString(code), " without a word"),
                     GetErrorInfo(own));
  }
  ErrorInfo info;
  info.reason = "SERVER_UNREACHABLE";
  const bool late = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  const std::string message = status.error_message();  // a copy each time
  const absl::string_view cause = InnermostCause(message);
  return MakeError(code,
                   absl::StrCat(address, ": ",
                                late            ? "no answer in time"
                                : cause.empty() ? "no connection"
                                                : cause),
                   std::move(info));
}

bool IsWorthAnotherStream(const grpc::Status& end) {
  switch (end.error_code()) {
    case grpc::StatusCode::OK:  // ended before its time
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
      return true;
    default:
      return false;
  }
}

absl::Status NobodyAnswered(absl::Duration silence, const std::string& last_address, const std::string& cause) {
  ErrorInfo info;
  info.reason = "SERVER_UNREACHABLE";
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("no fleet-service has answered for ", FormatElapsed(silence), "; the last one tried, ",
                                last_address, ": ", cause),
                   std::move(info));
}

}  // namespace fleet::cli
