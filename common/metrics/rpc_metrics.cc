#include "common/metrics/rpc_metrics.h"

namespace fleet::metrics {
namespace {

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

}  // namespace

RpcMetrics::RpcMetrics(prometheus::Registry& registry)
    : started_(CounterFamily(registry, "grpc_server_started_total")),
      handled_(CounterFamily(registry, "grpc_server_handled_total")),
      received_(CounterFamily(registry, "grpc_server_msg_received_total")),
      sent_(CounterFamily(registry, "grpc_server_msg_sent_total")),
      handling_seconds_(HistogramFamily(registry, "grpc_server_handling_seconds")) {}

void RpcMetrics::Expect(RpcType type, const std::string& service, const std::string& method) {
  Labels labels = MethodLabels(type, service, method);
  for (Counters* family : {&started_, &received_, &sent_}) family->Add(labels);
  handling_seconds_.Add(labels);
  for (const absl::StatusCode code :
       {absl::StatusCode::kOk, absl::StatusCode::kUnknown, absl::StatusCode::kDeadlineExceeded,
        absl::StatusCode::kInternal, absl::StatusCode::kUnavailable, absl::StatusCode::kDataLoss}) {
    labels["grpc_code"] = GoCodeName(code);
    handled_.Add(labels);
  }
}

void RpcMetrics::Started(RpcType type, const std::string& service, const std::string& method) {
  ++in_flight_;
  started_.Add(MethodLabels(type, service, method)).Increment();
}

void RpcMetrics::Handled(RpcType type, const std::string& service, const std::string& method, absl::StatusCode code,
                         absl::Duration duration) {
  Labels labels = MethodLabels(type, service, method);
  handling_seconds_.Add(labels).Observe(absl::ToDoubleSeconds(duration));
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
