#include "common/domain/fleet.h"

#include <gtest/gtest.h>

namespace fleet::domain {
namespace {

struct Given {
  const char* name;
  int total = 3;
  int expanded = 3;
  int queued = 0;
  int running = 0;
  int completed = 0;
  int failed = 0;
  int cancelled = 0;
  CancelMode cancel = CancelMode::kNone;
  bool paused = false;
  bool broken = false;
  bool open_targets = false;
  bool expired = false;
  FleetState expected = FleetState::kRunning;
};

Fleet Make(const Given& given) {
  Fleet fleet;
  const auto set = [&](TaskState state, int count) { fleet.rollup.states[static_cast<std::size_t>(state)] = count; };
  fleet.rollup.total = given.total;
  fleet.rollup.expanded = given.expanded;
  set(TaskState::kQueued, given.queued);
  set(TaskState::kRunning, given.running);
  set(TaskState::kCompleted, given.completed);
  set(TaskState::kFailed, given.failed);
  set(TaskState::kCancelled, given.cancelled);
  fleet.cancel_mode = given.cancel;
  fleet.pause_reasons = given.paused ? static_cast<int32_t>(PauseReason::kUser) : 0;
  fleet.expansion_failed = given.broken;
  fleet.open_targets = given.open_targets;
  fleet.expired = given.expired;
  return fleet;
}

class DeriveStateTest : public ::testing::TestWithParam<Given> {};

TEST_P(DeriveStateTest, FollowsFromCountersAndWishes) { EXPECT_EQ(DeriveState(Make(GetParam())), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Table, DeriveStateTest,
    ::testing::Values(
        Given{.name = "Accepted", .expanded = 0, .expected = FleetState::kPending},
        Given{.name = "Unsealed", .expanded = 0, .open_targets = true, .expected = FleetState::kPending},
        Given{.name = "UnsealedWithoutTargets",
              .total = 0,
              .expanded = 0,
              .open_targets = true,
              .expected = FleetState::kPending},
        Given{.name = "UnsealedAndPaused",
              .total = 0,
              .expanded = 0,
              .paused = true,
              .open_targets = true,
              .expected = FleetState::kPaused},
        Given{.name = "CancelledUnsealed",
              .expanded = 0,
              .cancel = CancelMode::kDrain,
              .open_targets = true,
              .expected = FleetState::kCancelled},
        Given{.name = "NotSealedInTime",
              .expanded = 0,
              .broken = true,
              .open_targets = true,
              .expected = FleetState::kFailed},
        Given{.name = "LateBeforeTheSeal",
              .total = 0,
              .expanded = 0,
              .open_targets = true,
              .expired = true,
              .expected = FleetState::kFailed},
        Given{.name = "Expanding", .expanded = 2, .queued = 2, .expected = FleetState::kExpanding},
        Given{
            .name = "ExpandingThoughAllSoFarEnded", .expanded = 2, .completed = 2, .expected = FleetState::kExpanding},
        Given{.name = "AllQueued", .queued = 3, .expected = FleetState::kRunning},
        Given{.name = "LastOneActive", .running = 1, .completed = 2, .expected = FleetState::kRunning},
        Given{.name = "LastOneQueuedAgain", .queued = 1, .failed = 2, .expected = FleetState::kRunning},
        Given{.name = "Completed", .completed = 3, .expected = FleetState::kCompleted},
        Given{.name = "PartialFailure", .completed = 1, .failed = 2, .expected = FleetState::kPartialFailure},
        Given{.name = "Failed", .failed = 3, .expected = FleetState::kFailed},
        Given{.name = "Paused", .queued = 3, .paused = true, .expected = FleetState::kPaused},
        Given{.name = "PausedWhileExpanding",
              .expanded = 1,
              .queued = 1,
              .paused = true,
              .expected = FleetState::kPaused},
        Given{.name = "PausedButEnded", .completed = 3, .paused = true, .expected = FleetState::kCompleted},
        Given{.name = "CancelledBeforeExpansion",
              .expanded = 0,
              .cancel = CancelMode::kStop,
              .expected = FleetState::kCancelling},
        Given{.name = "CancelledWhileExpanding",
              .expanded = 2,
              .cancelled = 2,
              .cancel = CancelMode::kStop,
              .expected = FleetState::kCancelling},
        Given{.name = "Cancelling",
              .running = 1,
              .cancelled = 2,
              .cancel = CancelMode::kStop,
              .expected = FleetState::kCancelling},
        Given{.name = "Draining",
              .running = 1,
              .cancelled = 2,
              .cancel = CancelMode::kDrain,
              .expected = FleetState::kCancelling},
        Given{.name = "CancelWinsOverPause",
              .queued = 3,
              .cancel = CancelMode::kStop,
              .paused = true,
              .expected = FleetState::kCancelling},
        Given{.name = "Cancelled",
              .completed = 1,
              .cancelled = 2,
              .cancel = CancelMode::kStop,
              .expected = FleetState::kCancelled},
        Given{.name = "CancelledAfterTheLastCompleted",
              .completed = 3,
              .cancel = CancelMode::kDrain,
              .expected = FleetState::kCancelled},
        Given{.name = "ExpansionBroke",
              .expanded = 2,
              .running = 1,
              .cancelled = 1,
              .broken = true,
              .expected = FleetState::kCancelling},
        Given{.name = "ExpansionBrokeAndAllEnded",
              .expanded = 2,
              .completed = 1,
              .cancelled = 1,
              .broken = true,
              .expected = FleetState::kFailed},
        Given{.name = "ExpansionBrokeAtOnce", .expanded = 0, .broken = true, .expected = FleetState::kFailed}),
    [](const auto& instance) { return instance.param.name; });

TEST(RollupTest, EveryStateIsQueuedActiveOrEnded) {
  Rollup rollup;
  for (std::size_t state = 1; state < kTaskStateCount; ++state) rollup.states[state] = 1 << state;
  rollup.delayed = 1;
  int32_t sum = 0;
  for (const int32_t count : rollup.states) sum += count;
  EXPECT_EQ(rollup.State(TaskState::kQueued) + rollup.Active() + rollup.Ended(), sum);
  EXPECT_EQ(rollup.Fresh(), rollup.State(TaskState::kQueued) - 1);
}

TEST(RollupTest, CountsAsActiveExactlyWhatHoldsASlot) {
  for (std::size_t state = 1; state < kTaskStateCount; ++state) {
    Rollup rollup;
    rollup.states[state] = 1;
    EXPECT_EQ(rollup.Active() == 1, IsActive(static_cast<TaskState>(state))) << state;
    EXPECT_EQ(rollup.Ended() == 1, IsTerminal(static_cast<TaskState>(state))) << state;
  }
}

TEST(FleetStateTest, TerminalStatesAreTheLastFour) {
  EXPECT_FALSE(IsTerminal(FleetState::kCancelling));
  for (const FleetState state :
       {FleetState::kCompleted, FleetState::kPartialFailure, FleetState::kFailed, FleetState::kCancelled}) {
    EXPECT_TRUE(IsTerminal(state));
  }
}

}  // namespace
}  // namespace fleet::domain
