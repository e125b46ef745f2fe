#include "common/rpc/call_trace.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rpc/channel.h"

namespace fleet::rpc {
namespace {

// Those that are the server's, by OpenTelemetry's conventions for gRPC.
bool IsServerError(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace

void CallTrace::Begin(const Method& method, const Metadata& metadata, const tracing::Tracer& tracer,
                      const Clock& clock) {
  const std::vector<absl::string_view> values = metadata.Values(kTraceparentKey);
  if (values.size() == 1) context_ = tracing::ParseTraceparent(values[0]);
  if (context_.IsNone() && method.begins_traces) context_ = tracer.Begin();
  if (!tracer.IsTaken(context_)) return;
  parent_ = context_.span_id;
  context_ = context_.Below(tracing::NewSpanId());
  started_ = clock.TimeNow();
}

std::string CallTrace::Traceparent() const { return tracing::FormatTraceparent(context_); }

void CallTrace::End(const Method& method, absl::StatusCode code, const tracing::Tracer& tracer,
                    const Clock& clock) const {
  if (started_ == absl::InfinitePast()) return;
  tracing::Span span;
  span.trace_id = context_.trace_id;
  span.span_id = context_.span_id;
  span.parent_id = parent_;
  span.name = absl::StrCat(method.service, "/", method.name);
  span.kind = tracing::SpanKind::kServer;
  span.start = started_;
  span.end = clock.TimeNow();
  const std::string status = absl::StatusCodeToString(code);
  span.attributes = {
      {"rpc.system.name", std::string("grpc")}, {"rpc.method", span.name}, {"rpc.response.status_code", status}};
  if (IsServerError(code)) {
    span.status = tracing::SpanStatus::kError;
    span.attributes.push_back({"error.type", status});
  }
  tracer.Record(std::move(span));
}

}  // namespace fleet::rpc
