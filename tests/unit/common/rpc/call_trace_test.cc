#include "common/rpc/call_trace.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fleet/v1/admin_service.pb.h"
#include "prometheus/registry.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/rpc/fake_transport.h"

namespace fleet::rpc {
namespace {

constexpr char kSampled[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr char kUnsampled[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

class CallTraceTest : public ::testing::Test {
 protected:
  static Method MethodThatBeginsTraces(bool begins) {
    Method method{"fleet.v1.AdminService",
                  "SetLimit",
                  &v1::SetLimitRequest::default_instance(),
                  &v1::SetLimitResponse::default_instance(),
                  Method::Unary(),
                  nullptr};
    method.begins_traces = begins;
    return method;
  }
  std::string Begin(const Metadata& metadata, const tracing::Tracer& tracer) {
    trace_.Begin(method_, metadata, tracer, clock_);
    return trace_.Traceparent();
  }

  prometheus::Registry registry_;
  metrics::TraceMetrics metrics_{registry_};
  tracing::SpanBuffer buffer_{metrics_};
  const tracing::Tracer tracer_{buffer_, 1};
  testing::SimulatedClock clock_;
  Method method_ = MethodThatBeginsTraces(false);
  CallTrace trace_;
};

TEST_F(CallTraceTest, ACallIsASpanBelowItsCallers) {
  const std::string own = Begin(FakeMetadata({{"traceparent", kSampled}}), tracer_);
  clock_.Advance(absl::Milliseconds(5));
  trace_.End(method_, absl::StatusCode::kOk, tracer_, clock_);
  const std::vector<tracing::Span> spans = buffer_.Take(9);
  ASSERT_EQ(spans.size(), 1u);
  const tracing::Span& span = spans[0];
  EXPECT_EQ(span.trace_id, tracing::ParseTraceparent(kSampled).trace_id);
  EXPECT_EQ(span.parent_id, tracing::ParseTraceparent(kSampled).span_id);
  EXPECT_EQ(span.span_id, tracing::ParseTraceparent(own).span_id) << "its work is below it";
  EXPECT_EQ(span.name, "fleet.v1.AdminService/SetLimit");
  EXPECT_EQ(span.kind, tracing::SpanKind::kServer);
  EXPECT_EQ(span.end - span.start, absl::Milliseconds(5));
  EXPECT_EQ(span.status, tracing::SpanStatus::kUnset);
}

TEST_F(CallTraceTest, OnlyTheServersOwnFaultsAreErrors) {
  for (const auto& [code, status] : std::vector<std::pair<absl::StatusCode, tracing::SpanStatus>>{
           {absl::StatusCode::kNotFound, tracing::SpanStatus::kUnset},
           {absl::StatusCode::kResourceExhausted, tracing::SpanStatus::kUnset},
           {absl::StatusCode::kUnavailable, tracing::SpanStatus::kError},
           {absl::StatusCode::kInternal, tracing::SpanStatus::kError}}) {
    Begin(FakeMetadata({{"traceparent", kSampled}}), tracer_);
    trace_.End(method_, code, tracer_, clock_);
    const std::vector<tracing::Span> spans = buffer_.Take(9);
    ASSERT_EQ(spans.size(), 1u);
    EXPECT_EQ(spans[0].status, status) << code;
  }
}

TEST_F(CallTraceTest, WhatIsNotSampledIsHandedOnAsItCame) {
  EXPECT_EQ(Begin(FakeMetadata({{"traceparent", kUnsampled}}), tracer_), kUnsampled);
  trace_.End(method_, absl::StatusCode::kOk, tracer_, clock_);
  EXPECT_EQ(buffer_.size(), 0u);
}

TEST_F(CallTraceTest, WithoutTracingACallersTraceIsHandedOnAsItCame) {
  EXPECT_EQ(Begin(FakeMetadata({{"traceparent", kSampled}}), tracing::Tracer::Off()), kSampled);
}

TEST_F(CallTraceTest, NonsenseCountsForNothing) {
  EXPECT_EQ(Begin(FakeMetadata({{"traceparent", "nonsense"}}), tracer_), "");
  EXPECT_EQ(Begin(FakeMetadata({{"traceparent", kSampled}, {"traceparent", kSampled}}), tracer_), "");
}

TEST_F(CallTraceTest, OnlySomeMethodsBeginTraces) {
  EXPECT_EQ(Begin(FakeMetadata({}), tracer_), "");
  method_ = MethodThatBeginsTraces(true);
  EXPECT_TRUE(tracing::ParseTraceparent(Begin(FakeMetadata({}), tracer_)).sampled);
  trace_.End(method_, absl::StatusCode::kOk, tracer_, clock_);
  const std::vector<tracing::Span> spans = buffer_.Take(9);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_TRUE(spans[0].parent_id.IsNone());
}

TEST_F(CallTraceTest, AShareOfNoneBeginsNone) {
  method_ = MethodThatBeginsTraces(true);
  EXPECT_EQ(Begin(FakeMetadata({}), tracing::Tracer(buffer_, 0)), "");
}

}  // namespace
}  // namespace fleet::rpc
