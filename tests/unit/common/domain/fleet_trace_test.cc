#include "common/domain/fleet_trace.h"

#include <gtest/gtest.h>

#include <set>

namespace fleet::domain {
namespace {

const Ulid kFleet = *Ulid::Parse("01KAV2MZ5T4QY6R8W0X2Z4B6D8");
const tracing::TraceContext kSubmission{{1, 2}, {3}, true};

FleetTrace TraceOf(int32_t total) { return {kSubmission, kFleet, total}; }

TEST(FleetTraceTest, IdsNeverChange) {
  // Programs of other versions derive them too.
  EXPECT_EQ(TraceOf(10).Run(1).span_id.ToHex(), "16a4b2c49d992771");
  EXPECT_EQ(TraceOf(10).Child(7, 1).span_id.ToHex(), "727392aa432a35cb");
  EXPECT_EQ(TraceOf(10).Attempt(7, 1, 2).span_id.ToHex(), "f5238af0efe8cd8b");
  EXPECT_EQ(TraceOf(10).QueueSpan(7, 2).ToHex(), "2c220b40baca9140");
  EXPECT_EQ(TraceOf(1001).Child(7, 1).trace_id.ToHex(), "81d3f773585563bf727392aa432a35cb");
}

TEST(FleetTraceTest, DifferentSpansHaveDifferentIds) {
  std::set<uint64_t> ids = {0};
  const FleetTrace trace = TraceOf(120);
  for (int32_t number = 1; number <= 12; ++number) {
    EXPECT_TRUE(ids.insert(trace.Run(number).span_id.value).second);
    for (int32_t ordinal = 1; ordinal <= 120; ++ordinal) {
      EXPECT_TRUE(ids.insert(trace.Child(ordinal, number).span_id.value).second);
      EXPECT_TRUE(ids.insert(trace.Attempt(ordinal, 1, number).span_id.value).second);
      EXPECT_TRUE(ids.insert(trace.QueueSpan(ordinal, number).value).second);
    }
  }
}

TEST(FleetTraceTest, ChildrenOfAUsualFleetAreInItsTrace) {
  const FleetTrace trace = TraceOf(kMostChildrenInOneTrace);
  for (const tracing::TraceContext& context : {trace.Run(1), trace.Child(7, 1), trace.Attempt(7, 1, 1)}) {
    EXPECT_EQ(context.trace_id, kSubmission.trace_id);
    EXPECT_TRUE(context.sampled);
  }
}

TEST(FleetTraceTest, ChildrenOfALargeFleetHaveATraceEach) {
  const FleetTrace trace = TraceOf(kMostChildrenInOneTrace + 1);
  EXPECT_EQ(trace.Run(1).trace_id, kSubmission.trace_id);
  EXPECT_EQ(trace.Child(7, 1).trace_id, trace.Attempt(7, 1, 3).trace_id);
  EXPECT_FALSE(trace.Child(7, 1).trace_id == trace.Child(8, 1).trace_id);
  EXPECT_FALSE(trace.Child(7, 1).trace_id == trace.Run(1).trace_id);
  EXPECT_TRUE(trace.Child(7, 1).sampled);
}

TEST(FleetTraceTest, ALaterGenerationIsBelowTheFirst) {
  EXPECT_EQ(TraceOf(1).AboveRun(1), kSubmission);
  EXPECT_EQ(TraceOf(1).AboveRun(3), TraceOf(1).Run(1));
}

TEST(FleetTraceTest, WhatIsNotTracedHasNoTrace) {
  for (const int32_t total : {1, 5000}) {
    const FleetTrace trace{{}, kFleet, total};
    EXPECT_TRUE(trace.Run(1).IsNone());
    EXPECT_TRUE(trace.Attempt(1, 1, 1).IsNone());
  }
}

TEST(FleetTraceTest, OnlyASampledTraceparentIsSampled) {
  EXPECT_TRUE(IsSampled(tracing::FormatTraceparent(kSubmission)));
  EXPECT_FALSE(IsSampled(tracing::FormatTraceparent({{1, 2}, {3}, false})));
  EXPECT_FALSE(IsSampled(""));
}

}  // namespace
}  // namespace fleet::domain
