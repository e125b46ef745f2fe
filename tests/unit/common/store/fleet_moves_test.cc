#include "common/store/fleet_moves.h"

#include <gmock/gmock.h>

#include <cstddef>

#include "common/domain/task_transitions.h"

namespace fleet::store {
namespace {

using domain::FailureCategory;
using domain::Outcome;
using domain::TaskState;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const absl::Time kThen = absl::FromUnixSeconds(20'000);

class FleetMovesTest : public ::testing::Test {
 protected:
  FleetMovesTest() {
    fleet_.state = domain::FleetState::kRunning;
    fleet_.policy.max_tries = 2;
    fleet_.queue_since = kThen - absl::Seconds(90);
    running_.state = TaskState::kRunning;
    running_.leased_at = kThen - absl::Seconds(4);
    running_.attempt = 1;
  }
  template <typename Array, typename Enumerator>
  static int64_t At(const Array& numbers, Enumerator value) {
    return numbers[static_cast<std::size_t>(value)];
  }
  // A report of the running child.
  void CountReport(domain::TaskReport report) {
    const domain::Task after = domain::AfterReport(running_, fleet_, report, kThen, 0.0);
    moves_.Count(running_, after);
  }

  domain::Fleet fleet_;
  domain::Task running_;
  FleetMoves moves_;
};

TEST_F(FleetMovesTest, ACompletedChildHasAResultAnOutcomeARunAndACost) {
  CountReport({.state = TaskState::kCompleted, .outcome = Outcome::kBranchPushed, .cost_micros = 300});
  EXPECT_EQ(At(moves_.ended, TaskState::kCompleted), 1);
  EXPECT_EQ(At(moves_.outcomes, Outcome::kBranchPushed), 1);
  EXPECT_THAT(moves_.runs, ElementsAre(Pair(TaskState::kCompleted, absl::Seconds(4))));
  EXPECT_EQ(moves_.cost_micros, 300);
  EXPECT_THAT(moves_.failures, Each(0));
}

TEST_F(FleetMovesTest, OnlyTheCostThatIsNewIsAdded) {
  running_.cost_micros = 1000;
  CountReport({.state = TaskState::kCompleted, .cost_micros = 300});
  EXPECT_EQ(moves_.cost_micros, 300);
}

TEST_F(FleetMovesTest, ProgressIsNothingToCount) {
  CountReport({.state = TaskState::kFinalizing});
  EXPECT_THAT(moves_.ended, Each(0));
  EXPECT_THAT(moves_.failures, Each(0));
  EXPECT_THAT(moves_.runs, IsEmpty());
}

TEST_F(FleetMovesTest, AFailureIsARetryOnceAndAnEndThen) {
  const domain::TaskReport failed = {.state = TaskState::kFailed, .category = FailureCategory::kNetwork};
  CountReport(failed);
  EXPECT_EQ(At(moves_.failures, FailureCategory::kNetwork), 1);
  EXPECT_EQ(At(moves_.retries, FailureCategory::kNetwork), 1);
  EXPECT_THAT(moves_.ended, Each(0));
  running_.tries = 1;
  CountReport(failed);
  EXPECT_EQ(At(moves_.failures, FailureCategory::kNetwork), 2);
  EXPECT_EQ(At(moves_.retries, FailureCategory::kNetwork), 1);
  EXPECT_EQ(At(moves_.ended, TaskState::kFailed), 1);
}

TEST_F(FleetMovesTest, ACapacityFaultIsOneAndARetry) {
  CountReport({.state = TaskState::kFailed, .reason = domain::FailureReason::kDiskFull});
  EXPECT_EQ(moves_.faults, 1);
  EXPECT_EQ(moves_.losses, 0);
  EXPECT_EQ(At(moves_.retries, domain::KindOf(domain::FailureReason::kDiskFull).category), 1);
}

TEST_F(FleetMovesTest, ALossIsOfCategoryComputeWhateverTheChildFailedByBefore) {
  running_.category = FailureCategory::kNone;
  moves_.Count(running_, domain::AfterReturn(running_, fleet_, domain::ReturnCause::kRunnerLost, kThen));
  EXPECT_EQ(moves_.losses, 1);
  EXPECT_EQ(At(moves_.failures, FailureCategory::kCompute), 1);
  EXPECT_EQ(At(moves_.retries, FailureCategory::kCompute), 1);
}

TEST_F(FleetMovesTest, ALeaseThatIsGivenBackIsNoFailure) {
  moves_.Count(running_, domain::AfterReturn(running_, fleet_, domain::ReturnCause::kGivenBack, kThen));
  EXPECT_THAT(moves_.failures, Each(0));
  EXPECT_THAT(moves_.ended, Each(0));
}

TEST_F(FleetMovesTest, AQueuedChildThatIsCancelledEndsWithoutARun) {
  domain::Task queued;
  moves_.Count(queued, domain::AfterCancel(queued, kThen));
  EXPECT_EQ(At(moves_.ended, TaskState::kCancelled), 1);
  EXPECT_THAT(moves_.runs, IsEmpty());
  EXPECT_THAT(moves_.failures, Each(0));
}

TEST_F(FleetMovesTest, ATimeoutIsAFailureOfItsCategory) {
  moves_.Count(running_, domain::AfterTimeout(running_, kThen));
  EXPECT_EQ(At(moves_.failures, FailureCategory::kTimeout), 1);
  EXPECT_EQ(At(moves_.ended, TaskState::kTimedOut), 1);
}

TEST_F(FleetMovesTest, ARedriveTakesNothingBack) {
  domain::Task failed;
  failed.state = TaskState::kFailed;
  failed.tries = 3;
  failed.cost_micros = 500;
  moves_.Count(failed, domain::AfterRedrive(failed, 2));
  EXPECT_THAT(moves_.ended, Each(0));
  EXPECT_EQ(moves_.cost_micros, 0);
}

TEST_F(FleetMovesTest, ALeaseWaitedSinceItsChildWasReady) {
  domain::Task fresh;
  moves_.CountLease(fleet_, fresh, kThen);
  domain::Task delayed;
  delayed.retry_at = kThen - absl::Seconds(3);
  moves_.CountLease(fleet_, delayed, kThen);
  // The database's clock may have been set back.
  delayed.retry_at = kThen + absl::Seconds(1);
  moves_.CountLease(fleet_, delayed, kThen);
  EXPECT_THAT(moves_.waits, ElementsAre(absl::Seconds(90), absl::Seconds(3), absl::ZeroDuration()));
}

TEST_F(FleetMovesTest, AnEndedFleetHasItsRatioAndItsTime) {
  fleet_.rollup.total = 8;
  fleet_.rollup.states[static_cast<std::size_t>(TaskState::kCompleted)] = 6;
  fleet_.state = domain::FleetState::kPartialFailure;
  fleet_.created_at = kThen - absl::Minutes(3);
  moves_.CountEnd(fleet_, kThen);
  ASSERT_EQ(moves_.fleets.size(), 1U);
  EXPECT_EQ(moves_.fleets[0].state, domain::FleetState::kPartialFailure);
  EXPECT_EQ(moves_.fleets[0].completion_ratio, 0.75);
  EXPECT_EQ(moves_.fleets[0].took, absl::Minutes(3));
}

}  // namespace
}  // namespace fleet::store
