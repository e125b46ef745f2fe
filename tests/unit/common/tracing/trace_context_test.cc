#include "common/tracing/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace fleet::tracing {
namespace {

constexpr char kSampled[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceContextTest, ReadsAndWritesWhatTheSpecificationSays) {
  const TraceContext context = ParseTraceparent(kSampled);
  EXPECT_EQ(context.trace_id.ToHex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(context.span_id.ToHex(), "b7ad6b7169203331");
  EXPECT_TRUE(context.sampled);
  EXPECT_EQ(FormatTraceparent(context), kSampled);
}

TEST(TraceContextTest, OneFlagAloneSaysWhetherItIsSampled) {
  const std::string prefix = std::string(kSampled).substr(0, 53);
  for (const char* flags : {"00", "02", "fe"}) EXPECT_FALSE(ParseTraceparent(prefix + flags).sampled) << flags;
  for (const char* flags : {"01", "03", "ff"}) EXPECT_TRUE(ParseTraceparent(prefix + flags).sampled) << flags;
  EXPECT_EQ(FormatTraceparent(ParseTraceparent(prefix + "02")), prefix + "00");
}

TEST(TraceContextTest, WhatIsMalformedIsNone) {
  for (const char* text : {
           "",
           "00",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
       }) {
    EXPECT_TRUE(ParseTraceparent(text).IsNone()) << text;
  }
}

TEST(TraceContextTest, LaterVersionsAreReadAsFarAsTheyAreKnown) {
  const TraceContext context =
      ParseTraceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-will-be-like");
  EXPECT_EQ(context, ParseTraceparent(kSampled));
}

TEST(TraceContextTest, NoneIsWrittenAsNothing) {
  EXPECT_EQ(FormatTraceparent({}), "");
  EXPECT_EQ(FormatTraceparent({{1, 2}, {}, true}), "") << "a span is missing";
  EXPECT_EQ(TraceName({}), "");
  EXPECT_EQ(TraceName({{1, 2}, {}, true}), "00000000000000010000000000000002");
}

TEST(TraceContextTest, NewIdsDiffer) {
  EXPECT_FALSE(NewTraceId().IsNone());
  EXPECT_FALSE(NewTraceId() == NewTraceId());
  EXPECT_FALSE(NewSpanId() == NewSpanId());
}

}  // namespace
}  // namespace fleet::tracing
