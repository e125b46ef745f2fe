#include "workers/task_runner/task_trace.h"

#include <string>
#include <variant>
#include <vector>

#include "common/tracing/span_buffer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/support/simulated_clock.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

constexpr char kTracedLease[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr char kUntracedLease[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

class TaskTraceTest : public ::testing::Test {
 protected:
  static std::string Text(const tracing::Span& span, const std::string& key) {
    for (const tracing::Attribute& attribute : span.attributes) {
      if (attribute.key == key) return std::get<std::string>(attribute.value);
    }
    return "";
  }
  // The span of a piece of work that ended so.
  tracing::Span Ended(const absl::Status& status) {
    TaskTrace::Part part = trace_.Begin("work");
    part.End(status);
    std::vector<tracing::Span> spans = buffer_.Take(9);
    EXPECT_EQ(spans.size(), 1u);
    return spans.empty() ? tracing::Span() : spans[0];
  }

  prometheus::Registry registry_;
  metrics::TraceMetrics metrics_{registry_};
  tracing::SpanBuffer buffer_{metrics_};
  const tracing::Tracer tracer_{buffer_, 0};
  testing::SimulatedClock clock_;
  const TaskTrace trace_{tracer_, clock_, kTracedLease};
};

TEST_F(TaskTraceTest, APartIsASpanBelowTheAttempt) {
  TaskTrace::Part part = trace_.BeginStep("add licence");
  const tracing::TraceContext own = tracing::ParseTraceparent(part.Traceparent());
  clock_.Advance(absl::Seconds(3));
  part.End(absl::OkStatus());
  const std::vector<tracing::Span> spans = buffer_.Take(9);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name, "step add licence");
  EXPECT_EQ(spans[0].trace_id, own.trace_id);
  EXPECT_EQ(spans[0].span_id, own.span_id);
  EXPECT_EQ(spans[0].parent_id, tracing::ParseTraceparent(kTracedLease).span_id);
  EXPECT_EQ(spans[0].end - spans[0].start, absl::Seconds(3));
  EXPECT_EQ(Text(spans[0], "cicd.pipeline.task.name"), "add licence");
  EXPECT_EQ(Text(spans[0], "cicd.pipeline.task.run.result"), "success");
}

TEST_F(TaskTraceTest, AFailureIsToldByItsCategoryAndNotInItsWords) {
  const tracing::Span span = Ended(TaskFailure(domain::FailureReason::kDiskFull, "a secret was printed"));
  EXPECT_EQ(span.status, tracing::SpanStatus::kError);
  EXPECT_EQ(Text(span, "error.type"), "COMPUTE");
  EXPECT_EQ(Text(span, "cicd.pipeline.task.run.result"), "error");
  EXPECT_EQ(span.message, "");
  for (const tracing::Attribute& attribute : span.attributes) {
    EXPECT_EQ(std::get<std::string>(attribute.value).find("secret"), std::string::npos);
  }
}

TEST_F(TaskTraceTest, WhatWasStoppedIsNoError) {
  const tracing::Span span = Ended(absl::CancelledError("stopped"));
  EXPECT_EQ(span.status, tracing::SpanStatus::kUnset);
  EXPECT_EQ(Text(span, "cicd.pipeline.task.run.result"), "cancellation");
  EXPECT_EQ(Text(Ended(absl::DeadlineExceededError("late")), "cicd.pipeline.task.run.result"), "timeout");
}

TEST_F(TaskTraceTest, WhatIsNotEndedIsNotTold) {
  { const TaskTrace::Part part = trace_.Begin("clone"); }
  EXPECT_EQ(buffer_.size(), 0u);
}

TEST_F(TaskTraceTest, WhatIsNotSampledIsHandedOnAsItCame) {
  const TaskTrace untraced(tracer_, clock_, kUntracedLease);
  TaskTrace::Part part = untraced.BeginStep("add licence");
  EXPECT_EQ(part.Traceparent(), kUntracedLease);
  part.End(absl::OkStatus());
  TaskTrace::Part none = TaskTrace::None().Begin("clone");
  EXPECT_EQ(none.Traceparent(), "");
  none.End(absl::OkStatus());
  EXPECT_EQ(buffer_.size(), 0u);
}

}  // namespace
}  // namespace fleet::runner
