#include "tests/crash/crash_schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace fleet::crash {
namespace {

constexpr uint64_t kSeeds = 2000;

TEST(CrashScheduleTest, IsAFunctionOfItsSeed) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    EXPECT_EQ(Describe(MakeCrashSchedule(seed)), Describe(MakeCrashSchedule(seed)));
    EXPECT_NE(Describe(MakeCrashSchedule(seed)), Describe(MakeCrashSchedule(seed + 1)));
  }
}

TEST(CrashScheduleTest, EveryKindOfFaultAndCutComes) {
  std::map<FaultKind, int> kinds;
  std::map<Cut, int> cuts;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const Fault& fault : MakeCrashSchedule(seed).faults) {
      ++kinds[fault.kind];
      ++cuts[fault.cut];
    }
  }
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(kFaultKinds));
  EXPECT_EQ(cuts.size(), static_cast<std::size_t>(kCuts));
  for (const auto& [kind, count] : kinds) EXPECT_GT(count, 50) << FaultName(kind);
}

TEST(CrashScheduleTest, FaultsFitTheirVictims) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const CrashSchedule schedule = MakeCrashSchedule(seed);
    EXPECT_FALSE(schedule.faults.empty());
    EXPECT_LE(schedule.faults.size(), 4U);
    for (const Fault& fault : schedule.faults) {
      EXPECT_GE(fault.victim, 0);
      EXPECT_LT(fault.victim, schedule.runners) << "services and workers are two, runners two or three";
      EXPECT_TRUE(fault.kind != FaultKind::kFreezeRunner || fault.lasts > schedule.lease);
      EXPECT_TRUE(fault.kind != FaultKind::kFreezeService || fault.aimed);
    }
  }
}

// Nothing but a cancel ends a fleet of many thousands in time.
TEST(CrashScheduleTest, LargeFleetsAreCancelled) {
  int large = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const CrashSchedule schedule = MakeCrashSchedule(seed);
    if (schedule.fleets[0].targets < 5000) continue;
    ++large;
    EXPECT_FALSE(schedule.actions.empty());
    EXPECT_EQ(schedule.fleets.size(), 2U) << "or there is nothing to do for the faults that come later";
  }
  EXPECT_GT(large, 200);
}

TEST(CrashScheduleTest, OneKindOnly) {
  for (int i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    EXPECT_EQ(FaultNamed(FaultName(kind)), kind);
    for (const Fault& fault : MakeCrashSchedule(7, kind).faults) EXPECT_EQ(fault.kind, kind);
  }
  EXPECT_EQ(FaultNamed("kill-everything"), std::nullopt);
}

TEST(FateTest, HasAllOutcomes) {
  std::map<Fate, int> fates;
  for (int ordinal = 1; ordinal <= 1000; ++ordinal) ++fates[FateOf(3, ordinal, 1)];
  EXPECT_GT(fates[Fate::kCompletes], 800);
  EXPECT_GT(fates[Fate::kFailsForGood], 10);
  EXPECT_GT(fates[Fate::kFailsRetryably], 10);
}

TEST(FateTest, WhatFailsForGoodDoesSoInEveryAttempt) {
  for (int ordinal = 1; ordinal <= 200; ++ordinal) {
    const bool for_good = FateOf(3, ordinal, 1) == Fate::kFailsForGood;
    for (int attempt = 2; attempt <= 5; ++attempt) {
      EXPECT_EQ(FateOf(3, ordinal, attempt) == Fate::kFailsForGood, for_good);
    }
  }
}

}  // namespace
}  // namespace fleet::crash
