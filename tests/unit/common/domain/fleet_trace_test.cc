#include "common/domain/fleet_trace.h"

#include <gtest/gtest.h>

#include <set>

namespace fleet::domain {
namespace {

const Ulid kFleet = *Ulid::Parse("01KAV2MZ5T4QY6R8W0X2Z4B6D8");

TEST(FleetTraceTest, WhatTwoProcessesDeriveIsTheSame) {
  // Programs of other versions derive them too: these must not change.
  EXPECT_EQ(RunSpanId(kFleet, 1), 0x16a4b2c49d992771u);
  EXPECT_EQ(ChildSpanId({kFleet, 7}, 1), 0x727392aa432a35cbu);
  EXPECT_EQ(AttemptSpanId({kFleet, 7}, 2), 0xf5238af0efe8cd8bu);
  EXPECT_EQ(RunSpanId(kFleet, 1), RunSpanId(*Ulid::FromUuid(kFleet.ToUuid()), 1));
  EXPECT_EQ(AttemptSpanId({kFleet, 7}, 2), AttemptSpanId(*TaskId::Parse(TaskId{kFleet, 7}.ToString()), 2));
  EXPECT_EQ(ChildTraceId({kFleet, 7}, 1), ChildTraceId({kFleet, 7}, 1));
}

TEST(FleetTraceTest, DifferentSpansHaveDifferentIds) {
  std::set<uint64_t> ids;
  for (int32_t number = 1; number <= 12; ++number) {
    EXPECT_TRUE(ids.insert(RunSpanId(kFleet, number)).second);
    for (int32_t ordinal = 1; ordinal <= 120; ++ordinal) {
      const TaskId task{kFleet, ordinal};
      EXPECT_TRUE(ids.insert(ChildSpanId(task, number)).second);
      EXPECT_TRUE(ids.insert(AttemptSpanId(task, number)).second);
      EXPECT_TRUE(ids.insert(QueueSpanId(task, number)).second);
      EXPECT_TRUE(ids.insert(ChildTraceId(task, number).first).second);
    }
  }
  EXPECT_EQ(ids.count(0), 0u);
}

}  // namespace
}  // namespace fleet::domain
