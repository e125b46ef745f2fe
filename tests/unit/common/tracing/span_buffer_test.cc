#include "common/tracing/span_buffer.h"

#include <gmock/gmock.h>

#include <string>

#include "common/tracing/tracer.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::tracing {
namespace {

using ::testing::HasSubstr;

Span Named(const std::string& name) {
  Span span;
  span.name = name;
  return span;
}

class SpanBufferTest : public ::testing::Test {
 protected:
  prometheus::Registry registry_;
  metrics::TraceMetrics metrics_{registry_};
};

TEST_F(SpanBufferTest, GivesTheOldestFirst) {
  SpanBuffer buffer(metrics_);
  for (const char* name : {"a", "b", "c"}) buffer.Add(Named(name));
  const std::vector<Span> two = buffer.Take(2);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].name + two[1].name, "ab");
  EXPECT_EQ(buffer.Take(2).size(), 1u);
  EXPECT_TRUE(buffer.Take(2).empty());
}

TEST_F(SpanBufferTest, WhatHasNoRoomIsDroppedAndCounted) {
  SpanBuffer buffer(metrics_, 2);
  for (const char* name : {"a", "b", "c", "d"}) buffer.Add(Named(name));
  EXPECT_EQ(buffer.room(), 0u);
  EXPECT_THAT(metrics::MetricsText(registry_), HasSubstr("fleet_trace_spans_dropped_total{reason=\"buffer_full\"} 2"));
  EXPECT_EQ(buffer.Take(9).size(), 2u);
  EXPECT_EQ(buffer.room(), 2u);
}

TEST_F(SpanBufferTest, SaysWhenABatchIsThere) {
  int told = 0;
  SpanBuffer buffer(metrics_, 8, [&told] { ++told; });
  buffer.Add({});
  EXPECT_EQ(told, 0);
  for (int i = 0; i < 5; ++i) buffer.Add({});
  EXPECT_EQ(told, 1);
  buffer.Take(8);
  for (int i = 0; i < 3; ++i) buffer.Add({});
  EXPECT_EQ(told, 2);
}

TEST_F(SpanBufferTest, ATracerTakesSampledTracesAlone) {
  SpanBuffer buffer(metrics_);
  const Tracer tracer(buffer, 1);
  EXPECT_TRUE(tracer.IsTaken({{1, 2}, {3}, true}));
  EXPECT_FALSE(tracer.IsTaken({{1, 2}, {3}, false}));
  EXPECT_TRUE(tracer.Begin().sampled);
  EXPECT_TRUE(Tracer(buffer, 0).Begin().IsNone());
  EXPECT_TRUE(Tracer(buffer, 0).IsTaken({{1, 2}, {3}, true})) << "its beginner decided";
  tracer.Record(Named("a"));
  EXPECT_EQ(buffer.size(), 1u);
}

TEST_F(SpanBufferTest, ATracerThatIsOffTakesNothing) {
  EXPECT_FALSE(Tracer::Off().IsTaken({{1, 2}, {3}, true}));
  EXPECT_TRUE(Tracer::Off().Begin().IsNone());
  Tracer::Off().Record(Named("a"));
}

}  // namespace
}  // namespace fleet::tracing
