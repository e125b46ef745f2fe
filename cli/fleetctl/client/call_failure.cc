#include "cli/fleetctl/client/call_failure.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
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
  // Whatever a service says itself carries details.
  if (!rpc::IsTransient(status) || !status.error_details().empty()) return rpc::FromGrpcStatus(status);
  ErrorInfo info;
  info.reason = "SERVER_UNREACHABLE";
  const bool late = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  return MakeError(static_cast<absl::StatusCode>(status.error_code()),
                   absl::StrCat(address, ": ", late ? "no answer in time" : InnermostCause(status.error_message())),
                   std::move(info));
}

}  // namespace fleet::cli
