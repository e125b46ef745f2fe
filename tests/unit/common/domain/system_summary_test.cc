#include "common/domain/system_summary.h"

#include <gmock/gmock.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace fleet::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pair;

const absl::Time kInstant = absl::FromUnixSeconds(10'000);

// Fleets of pool "gpu", which has 2 runners with 8 slots; no cap is reached.
class SystemSummaryTest : public ::testing::Test {
 protected:
  SystemSummaryTest() {
    picture_.now = kInstant;
    picture_.runners["gpu"] = {2, 8};
  }

  // Running, ready for `waited`.
  Fleet& AddFleet(int32_t queued, int32_t running, absl::Duration waited = absl::Minutes(5)) {
    Fleet fleet;
    fleet.id = Ulid::Generate(kInstant + absl::Milliseconds(static_cast<int64_t>(picture_.fleets.size())));
    fleet.creator = "ann";
    fleet.pool = "gpu";
    fleet.state = FleetState::kRunning;
    fleet.policy.max_concurrency = 50;
    fleet.rollup.total = fleet.rollup.expanded = queued + running;
    Count(fleet, TaskState::kQueued) = queued;
    Count(fleet, TaskState::kRunning) = running;
    fleet.queue_since = kInstant - waited;
    fleet.created_at = kInstant - waited;
    picture_.fleets.push_back(fleet);
    return picture_.fleets.back();
  }
  static int32_t& Count(Fleet& fleet, TaskState state) { return fleet.rollup.states[static_cast<std::size_t>(state)]; }
  template <typename Array, typename Enumerator>
  static int64_t At(const Array& numbers, Enumerator value) {
    return numbers[static_cast<std::size_t>(value)];
  }
  SystemSummary Sum() const { return Summarize(picture_); }

  SystemPicture picture_;
};

TEST_F(SystemSummaryTest, OfNothingIsNothing) {
  picture_.runners.clear();
  const SystemSummary sum = Sum();
  EXPECT_THAT(sum.fleets, testing::Each(0));
  EXPECT_THAT(sum.waiting, testing::Each(0));
  EXPECT_THAT(sum.pools, IsEmpty());
  EXPECT_THAT(sum.startable, IsEmpty());
}

TEST_F(SystemSummaryTest, CountsFleetsChildrenAndWhatIsInFlight) {
  AddFleet(4, 3);
  AddFleet(1, 2).state = FleetState::kPaused;
  const SystemSummary sum = Sum();
  EXPECT_EQ(At(sum.fleets, FleetState::kRunning), 1);
  EXPECT_EQ(At(sum.fleets, FleetState::kPaused), 1);
  EXPECT_EQ(At(sum.tasks, TaskState::kQueued), 5);
  EXPECT_EQ(At(sum.tasks, TaskState::kRunning), 5);
  EXPECT_EQ(sum.active, 5);
  EXPECT_EQ(sum.pools.at("gpu").queued, 5);
  EXPECT_EQ(sum.pools.at("gpu").active, 5);
  EXPECT_EQ(sum.pools.at("gpu").runners.slots, 8);
}

TEST_F(SystemSummaryTest, APoolIsThereIfItHasFleetsRunnersOrALimitOfItsOwn) {
  AddFleet(1, 0).pool = "lonely";
  picture_.limits.pool_active = 700;
  picture_.limits.overrides[{"pool_active", "small"}] = 5;
  const SystemSummary sum = Sum();
  EXPECT_THAT(sum.pools, ElementsAre(Pair("gpu", Field(&SystemSummary::Pool::limit, 700)),
                                     Pair("lonely", Field(&SystemSummary::Pool::limit, 700)),
                                     Pair("small", Field(&SystemSummary::Pool::limit, 5))));
  EXPECT_EQ(sum.pools.at("lonely").runners.live, 0);
  EXPECT_EQ(At(sum.waiting, WaitReason::kNoRunner), 1);
}

TEST_F(SystemSummaryTest, TheOldestIsOfTheFleetThatWaitsLongest) {
  AddFleet(4, 3, absl::Minutes(5));
  AddFleet(4, 3, absl::Minutes(9));
  AddFleet(0, 1, absl::Hours(1));  // none of its children waits
  EXPECT_EQ(Sum().pools.at("gpu").oldest_ready, kInstant - absl::Minutes(9));
}

TEST_F(SystemSummaryTest, WhatMayNotStartIsNotOld) {
  Fleet& paused = AddFleet(4, 0);
  paused.state = FleetState::kPaused;
  paused.pause_reasons = 1;
  AddFleet(4, 0).policy.deadline = kInstant - absl::Seconds(1);
  EXPECT_EQ(Sum().pools.at("gpu").oldest_ready, std::nullopt);
  EXPECT_THAT(Sum().startable, IsEmpty());
}

TEST_F(SystemSummaryTest, ADelayedChildIsAsOldAsItsRetry) {
  Fleet& fleet = AddFleet(1, 0);
  fleet.rollup.delayed = 1;
  fleet.next_retry_at = kInstant + absl::Seconds(20);
  EXPECT_EQ(Sum().pools.at("gpu").oldest_ready, std::nullopt);
  EXPECT_EQ(At(Sum().waiting, WaitReason::kBackoff), 1);
  fleet.next_retry_at = kInstant - absl::Seconds(20);
  EXPECT_EQ(Sum().pools.at("gpu").oldest_ready, kInstant - absl::Seconds(20));
}

TEST_F(SystemSummaryTest, AFleetIsStartableWhileSlotsAreFreeAndNoCapHoldsIt) {
  const Fleet fleet = AddFleet(4, 3);
  ASSERT_EQ(Sum().startable.size(), 1U);
  EXPECT_EQ(Sum().startable[0].id, fleet.id);
  EXPECT_EQ(Sum().startable[0].queued, 4);
  picture_.runners["gpu"].slots = 3;
  EXPECT_THAT(Sum().startable, IsEmpty());
  EXPECT_EQ(At(Sum().waiting, WaitReason::kRunnersBusy), 1);
}

TEST_F(SystemSummaryTest, EachCapHoldsAndIsToldOf) {
  AddFleet(4, 3).policy.max_concurrency = 3;
  EXPECT_EQ(At(Sum().waiting, WaitReason::kFleetCap), 1);
  EXPECT_THAT(Sum().startable, IsEmpty());
  picture_.fleets[0].policy.max_concurrency = 50;
  picture_.limits.overrides[{"user_active", "ann"}] = 3;
  EXPECT_EQ(At(Sum().waiting, WaitReason::kUserCap), 1);
  EXPECT_EQ(Sum().users_at_active, 1);
  EXPECT_THAT(Sum().startable, IsEmpty());
  picture_.limits.overrides = {{{"pool_active", "gpu"}, 3}};
  EXPECT_EQ(At(Sum().waiting, WaitReason::kPoolCap), 1);
  EXPECT_THAT(Sum().startable, IsEmpty());
  picture_.limits.overrides.clear();
  picture_.limits.system_active = 3;
  EXPECT_EQ(At(Sum().waiting, WaitReason::kSystemCap), 1);
  EXPECT_THAT(Sum().startable, IsEmpty());
}

TEST_F(SystemSummaryTest, AUsersFleetsAddUp) {
  picture_.limits.user_active = 5;
  picture_.limits.open_fleets_user = 2;
  AddFleet(4, 3);
  EXPECT_EQ(Sum().users_at_active, 0);
  EXPECT_EQ(Sum().users_at_fleets, 0);
  AddFleet(4, 2);
  EXPECT_EQ(Sum().users_at_active, 1);
  EXPECT_EQ(Sum().users_at_fleets, 1);
  EXPECT_EQ(At(Sum().waiting, WaitReason::kUserCap), 2);
}

TEST_F(SystemSummaryTest, AFleetThatStillExpandsCanStartWhatIsThere) {
  AddFleet(4, 0).rollup.total = 100;
  EXPECT_EQ(At(Sum().waiting, WaitReason::kExpanding), 1);
  EXPECT_EQ(Sum().startable.size(), 1U);
}

}  // namespace
}  // namespace fleet::domain
