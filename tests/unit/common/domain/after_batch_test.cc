#include "common/domain/after_batch.h"

#include <gtest/gtest.h>

namespace fleet::domain {
namespace {

Fleet WithChildren(int32_t queued, int32_t completed) {
  Fleet fleet;
  fleet.revision = 7;
  fleet.rollup.total = fleet.rollup.expanded = queued + completed;
  fleet.rollup.states[static_cast<std::size_t>(TaskState::kQueued)] = queued;
  fleet.rollup.states[static_cast<std::size_t>(TaskState::kCompleted)] = completed;
  fleet.state = DeriveState(fleet);
  return fleet;
}

TEST(AfterBatchTest, EveryBatchIsOneRevisionOfTheFleetAsItWas) {
  const Fleet before = WithChildren(2, 0);
  Fleet after = WithChildren(1, 1);
  after.revision = 100;  // whatever the batch made of it
  const Consequences consequences = AfterBatch(before, after);
  EXPECT_EQ(after.revision, 8);
  EXPECT_EQ(after.state, FleetState::kRunning);
  EXPECT_FALSE(consequences.ended);
  EXPECT_FALSE(consequences.reopened);
}

TEST(AfterBatchTest, TheBatchOfTheLastChildEndsTheFleetOnce) {
  const Fleet before = WithChildren(1, 1);
  Fleet after = WithChildren(0, 2);
  EXPECT_TRUE(AfterBatch(before, after).ended);
  EXPECT_EQ(after.state, FleetState::kCompleted);
  Fleet later = after;
  EXPECT_FALSE(AfterBatch(after, later).ended) << "it had ended already";
}

TEST(AfterBatchTest, ARetryOpensAnEndedFleetAgain) {
  const Fleet before = WithChildren(0, 2);
  Fleet after = before;
  after.redriving = true;
  const Consequences consequences = AfterBatch(before, after);
  EXPECT_TRUE(consequences.reopened);
  EXPECT_FALSE(consequences.ended);
}

TEST(AfterBatchTest, WithoutDelayedChildrenNoRetryIsDue) {
  const Fleet before = WithChildren(2, 0);
  Fleet after = before;
  after.next_retry_at = absl::UnixEpoch();
  after.rollup.delayed = 1;
  AfterBatch(before, after);
  EXPECT_TRUE(after.next_retry_at.has_value());
  after.rollup.delayed = 0;
  AfterBatch(before, after);
  EXPECT_FALSE(after.next_retry_at.has_value());
}

}  // namespace
}  // namespace fleet::domain
