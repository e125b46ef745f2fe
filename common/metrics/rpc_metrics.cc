#include "common/metrics/rpc_metrics.h"

namespace fleet::metrics {
namespace {

using prometheus::BuildCounter;
using prometheus::Labels;

// As Go's codes.Code prints itself.
const char* GoCodeName(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return "OK";
    case absl::StatusCode::kCancelled:
      return "Canceled";
    case absl::StatusCode::kInvalidArgument:
      return "InvalidArgument";
    case absl::StatusCode::kDeadlineExceeded:
      return "DeadlineExceeded";
    case absl::StatusCode::kNotFound:
      return "NotFound";
    case absl::StatusCode::kAlreadyExists:
      return "AlreadyExists";
    case absl::StatusCode::kPermissionDenied:
      return "PermissionDenied";
    case absl::StatusCode::kResourceExhausted:
      return "ResourceExhausted";
    case absl::StatusCode::kFailedPrecondition:
      return "FailedPrecondition";
    case absl::StatusCode::kAborted:
      return "Aborted";
    case absl::StatusCode::kOutOfRange:
      return "OutOfRange";
    case absl::StatusCode::kUnimplemented:
      return "Unimplemented";
    case absl::StatusCode::kInternal:
      return "Internal";
    case absl::StatusCode::kUnavailable:
      return "Unavailable";
    case absl::StatusCode::kDataLoss:
      return "DataLoss";
    case absl::StatusCode::kUnauthenticated:
      return "Unauthenticated";
    default:
      return "Unknown";
  }
}

Labels MethodLabels(RpcType type, const std::string& service, const std::string& method) {
  return {{"grpc_type", type == RpcType::kUnary ? "unary" : "server_stream"},
          {"grpc_service", service},
          {"grpc_method", method}};
}

const prometheus::Histogram::BucketBoundaries& Buckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                                  0.25,  0.5,    1,     2.5,  5,     10,   30};
  return buckets;
}

}  // namespace

RpcMetrics::RpcMetrics(prometheus::Registry& registry)
    : started_(BuildCounter().Name("grpc_server_started_total").Help("RPCs started on the server.").Register(registry)),
      handled_(BuildCounter()
                   .Name("grpc_server_handled_total")
                   .Help("RPCs completed on the server, regardless of success or failure.")
                   .Register(registry)),
      received_(BuildCounter()
                    .Name("grpc_server_msg_received_total")
                    .Help("RPC messages received on the server.")
                    .Register(registry)),
      sent_(BuildCounter()
                .Name("grpc_server_msg_sent_total")
                .Help("RPC messages sent by the server.")
                .Register(registry)),
      handling_seconds_(prometheus::BuildHistogram()
                            .Name("grpc_server_handling_seconds")
                            .Help("Response latency of RPCs handled by the server, in seconds.")
                            .Register(registry)) {}

void RpcMetrics::Started(RpcType type, const std::string& service, const std::string& method) {
  ++in_flight_;
  started_.Add(MethodLabels(type, service, method)).Increment();
}

void RpcMetrics::Handled(RpcType type, const std::string& service, const std::string& method, absl::StatusCode code,
                         absl::Duration duration) {
  Labels labels = MethodLabels(type, service, method);
  handling_seconds_.Add(labels, Buckets()).Observe(absl::ToDoubleSeconds(duration));
  labels["grpc_code"] = GoCodeName(code);
  handled_.Add(labels).Increment();
  --in_flight_;
}

void RpcMetrics::Received(RpcType type, const std::string& service, const std::string& method) {
  received_.Add(MethodLabels(type, service, method)).Increment();
}

void RpcMetrics::Sent(RpcType type, const std::string& service, const std::string& method) {
  sent_.Add(MethodLabels(type, service, method)).Increment();
}

}  // namespace fleet::metrics
