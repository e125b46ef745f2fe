#include "common/domain/waiting.h"

#include <gmock/gmock.h>

#include <vector>

namespace fleet::domain {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A fleet of 10 that could go on: 4 queued, 3 running, 3 completed; every cap has room.
class WaitingOnTest : public ::testing::Test {
 protected:
  WaitingOnTest() {
    fleet_.creator = "ann";
    fleet_.pool = "gpu";
    fleet_.state = FleetState::kRunning;
    fleet_.policy.max_concurrency = 50;
    fleet_.rollup.total = fleet_.rollup.expanded = 10;
    Set(TaskState::kQueued, 4);
    Set(TaskState::kRunning, 3);
    Set(TaskState::kCompleted, 3);
    usage_.system_active = usage_.user_active = usage_.pool_active = 3;
    usage_.pool_runners = 2;
    usage_.pool_slots = 8;
  }

  void Set(TaskState state, int count) { fleet_.rollup.states[static_cast<std::size_t>(state)] = count; }
  std::vector<Waiting> Reasons() const { return WaitingOn(fleet_, usage_); }
  static auto Says(WaitReason reason, const char* text) {
    return AllOf(Field(&Waiting::reason, reason), Field(&Waiting::message, HasSubstr(text)));
  }

  Fleet fleet_;
  Usage usage_;
};

TEST_F(WaitingOnTest, NothingWhileThereIsRoom) { EXPECT_THAT(Reasons(), IsEmpty()); }

TEST_F(WaitingOnTest, NothingOnceEnded) {
  fleet_.state = FleetState::kFailed;
  usage_.pool_runners = 0;
  EXPECT_THAT(Reasons(), IsEmpty());
}

TEST_F(WaitingOnTest, NothingWhileNoChildIsQueued) {
  Set(TaskState::kQueued, 0);
  usage_.pool_runners = 0;
  EXPECT_THAT(Reasons(), IsEmpty());
}

TEST_F(WaitingOnTest, NamesThePoolWithoutRunner) {
  usage_.pool_runners = 0;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kNoRunner, "fleet-runner --pool=gpu")));
}

TEST_F(WaitingOnTest, NamesItsOwnCapFromTheCapOn) {
  fleet_.policy.max_concurrency = 4;
  EXPECT_THAT(Reasons(), IsEmpty());
  fleet_.policy.max_concurrency = 3;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kFleetCap, "3 children are running, 3 may (max concurrency)")));
}

TEST_F(WaitingOnTest, NamesTheUserCapFromTheCapOn) {
  usage_.limits.user_active = 4;
  EXPECT_THAT(Reasons(), IsEmpty());
  usage_.limits.user_active = 3;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kUserCap, "3 children of ann are running, 3 may")));
}

TEST_F(WaitingOnTest, NamesTheSystemCapFromTheCapOn) {
  usage_.limits.system_active = 4;
  EXPECT_THAT(Reasons(), IsEmpty());
  usage_.limits.system_active = 3;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kSystemCap, "3 children are running")));
}

TEST_F(WaitingOnTest, OneIsNotMany) {
  Set(TaskState::kRunning, 1);
  fleet_.policy.max_concurrency = 1;
  usage_.user_active = usage_.limits.user_active = 1;
  usage_.pool_active = usage_.limits.pool_active = 1;
  usage_.system_active = usage_.limits.system_active = 1;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kFleetCap, "own cap: 1 child is running, 1 may"),
                                     Says(WaitReason::kUserCap, "user cap: 1 child of ann is running, 1 may"),
                                     Says(WaitReason::kPoolCap, "\"gpu\": 1 child is running, 1 may"),
                                     Says(WaitReason::kSystemCap, "system cap: 1 child is running, 1 may")));
  fleet_.policy.max_concurrency = 5;
  usage_.limits = Limits();
  usage_.pool_slots = usage_.pool_runners = 1;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kRunnersBusy, "the only slot of 1 runner is taken")));
}

TEST_F(WaitingOnTest, NamesEveryCapThatBinds) {
  fleet_.policy.max_concurrency = 3;
  usage_.limits.user_active = 3;
  usage_.limits.system_active = 3;
  EXPECT_THAT(Reasons(),
              ElementsAre(Field(&Waiting::reason, WaitReason::kFleetCap), Field(&Waiting::reason, WaitReason::kUserCap),
                          Field(&Waiting::reason, WaitReason::kSystemCap)));
}

TEST_F(WaitingOnTest, NamesBusyRunnersOnlyIfNothingElseBinds) {
  usage_.pool_active = 8;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kRunnersBusy, "all 8 slots of 2 runners")));
  usage_.limits.user_active = 3;
  EXPECT_THAT(Reasons(), ElementsAre(Field(&Waiting::reason, WaitReason::kUserCap)));
}

TEST_F(WaitingOnTest, SaysWhenTheFirstRetryIsDue) {
  fleet_.rollup.delayed = 4;
  fleet_.next_retry_at = absl::FromUnixSeconds(3600 * 13 + 60 * 5 + 7);
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kBackoff,
                                          "4 children to be tried again, the first not before "
                                          "13:05:07Z")));
  usage_.now = *fleet_.next_retry_at - absl::Microseconds(1);
  EXPECT_THAT(Reasons(), ElementsAre(Field(&Waiting::reason, WaitReason::kBackoff)));
  usage_.now = *fleet_.next_retry_at;
  EXPECT_THAT(Reasons(), IsEmpty());
  usage_.now = absl::InfinitePast();
  fleet_.rollup.delayed = 3;  // one can start at once
  EXPECT_THAT(Reasons(), IsEmpty());
}

TEST_F(WaitingOnTest, SaysHowFarExpansionIs) {
  fleet_.rollup.total = 100;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kExpanding, "10 of 100 children")));
}

TEST_F(WaitingOnTest, SaysThatTargetsAreNotSealedAndUntilWhen) {
  fleet_.rollup = {.total = 250};
  fleet_.open_targets = true;
  fleet_.state = FleetState::kPending;
  fleet_.created_at = absl::FromUnixSeconds(1795738800);  // 2026-11-27T00:20:00Z
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kUnsealed, "250 so far")));
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kUnsealed, "fails at 01:20:00Z")));
}

TEST_F(WaitingOnTest, SaysWhoCancelledAndWhatHappensToRunningChildren) {
  fleet_.state = FleetState::kCancelling;
  fleet_.cancelled_by = "bob";
  fleet_.cancel_mode = CancelMode::kStop;
  usage_.pool_runners = 0;  // does not matter any more
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kCancelling, "by bob; stopping 3 children")));
  fleet_.cancel_mode = CancelMode::kDrain;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kCancelling, "3 children in flight, not stopped")));
}

TEST_F(WaitingOnTest, SaysThatItIsPaused) {
  fleet_.state = FleetState::kPaused;
  EXPECT_THAT(Reasons(), ElementsAre(Says(WaitReason::kPaused, "3 children in flight")));
}

}  // namespace
}  // namespace fleet::domain
