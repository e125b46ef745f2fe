// Children that lost their runner, and other faults that are not the work's own.
#include <gmock/gmock.h>

#include "common/domain/task_transitions.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;
using domain::FleetState;
using domain::TaskState;
using ::testing::SizeIs;

class IsolationTest : public ::testing::Test {
 protected:
  void Start(int targets) {
    fleet_ = stores_.CreateFleet({.targets = targets});
    stores_.ExpandAll();
  }
  // A new runner takes `tasks` children, and is lost with them.
  void Lose(int32_t tasks) {
    const domain::Ulid runner = stores_.RegisterRunner();
    ASSERT_THAT(stores_.Lease(runner, 1, tasks).tasks, SizeIs(tasks));
    FLEET_ASSERT_OK(checker_.Look());
    stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour' where runner_id = '" +
                runner.ToUuid() + "'");
    FLEET_ASSERT_OK(stores_.runners.MarkLost(absl::Seconds(30)));
    while (stores_.runners.ReclaimStep()->has_value()) continue;
  }
  int32_t Losses(const store::GrantedTask& task) { return stores_.GetTask(task.id).losses; }
  store::ReportAnswer Fail(const domain::Ulid& runner, const store::GrantedTask& task, FailureReason reason) {
    domain::TaskReport report;
    report.task = task.id;
    report.attempt = task.attempt;
    report.runner_id = runner;
    report.state = TaskState::kFailed;
    report.reason = reason;
    report.category = domain::KindOf(reason).category;
    return (*stores_.reports.Apply({report}))[0];
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 50};
  InvariantChecker checker_{database_.url(), InvariantChecker::Mode::kOnDemand};
  domain::Ulid fleet_;
};

TEST_F(IsolationTest, ARunnerIsGivenOneChildThatLostItsRunnerAndAnyNumberOfOthers) {
  Start(10);
  Lose(4);
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.suspects, 4);
  const domain::Ulid runner = stores_.RegisterRunner();
  const auto first = stores_.Lease(runner, 1, 5).tasks;
  ASSERT_THAT(first, SizeIs(5)) << "one of the four, and four that never ran";
  EXPECT_EQ(Losses(first[0]), 1);
  for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(Losses(first[i]), 0);
  FLEET_ASSERT_OK(checker_.Look());
  const auto second = stores_.Lease(runner, 2, 5).tasks;
  ASSERT_THAT(second, SizeIs(2)) << "what is left besides the three";
  EXPECT_THAT(stores_.Lease(runner, 3, 5).tasks, SizeIs(0));
  const domain::Ulid other = stores_.RegisterRunner();
  ASSERT_THAT(stores_.Lease(other, 1, 5).tasks, SizeIs(1));
  FLEET_ASSERT_OK(checker_.Look());
  stores_.Report(runner, first[0], TaskState::kCompleted);
  const auto next = stores_.Lease(runner, 3, 5).tasks;
  ASSERT_THAT(next, SizeIs(1)) << "its place is free again";
  EXPECT_EQ(Losses(next[0]), 1);
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(IsolationTest, SeveralRunnersInOneDispatchGetOneEach) {
  Start(6);
  Lose(6);
  std::vector<store::LeaseDemand> demands;
  for (int i = 0; i < 4; ++i) demands.push_back({stores_.RegisterRunner(), 1, 3});
  FLEET_ASSERT_OK_AND_ASSIGN(const auto answers, stores_.dispatch.Dispatch(demands));
  for (const store::LeaseAnswer& answer : answers) EXPECT_THAT(answer.tasks, SizeIs(1));
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(IsolationTest, AnotherFleetIsNotHeldUpByChildrenThatWaitForARunnerOfTheirOwn) {
  Start(5);
  Lose(5);
  const domain::Ulid runner = stores_.RegisterRunner();
  ASSERT_THAT(stores_.Lease(runner, 1, 1).tasks, SizeIs(1));
  const domain::Ulid other = stores_.CreateFleet({.targets = 3});
  stores_.ExpandAll();
  const auto next = stores_.Lease(runner, 2, 1).tasks;
  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].id.fleet_id, other);
}

TEST_F(IsolationTest, AChildThatIsDueLaterTakesNoPlaceFromOneThatIsDue) {
  Start(2);
  const domain::Ulid other = stores_.CreateFleet({.creator = "bob", .targets = 1});
  stores_.ExpandAll();
  Lose(2);
  ASSERT_EQ(stores_.GetFleet(other).rollup.suspects, 1);
  stores_.Sql("update tasks set retry_at = clock_timestamp() + interval '1 hour' where fleet_id = '" + fleet_.ToUuid() +
              "' and retry_at is not null");
  const auto leased = stores_.Lease(stores_.RegisterRunner(), 1, 3).tasks;
  ASSERT_THAT(leased, SizeIs(2)) << "the child that never ran, and the other fleet's";
  EXPECT_EQ(leased[0].id.fleet_id, other);
  FLEET_EXPECT_OK(checker_.Finish());
}

// A fleet's row says when its first retry may be due: too early, if that child was cancelled since.
TEST_F(IsolationTest, AFleetWhoseRetryIsNotDueAfterAllDoesNotHoldUpOthers) {
  Start(1);
  Lose(1);
  const domain::Ulid other = stores_.CreateFleet({.creator = "bob", .targets = 1});
  stores_.ExpandAll();
  stores_.Sql("update tasks set retry_at = clock_timestamp() + interval '1 hour' where retry_at is not null");
  const auto leased = stores_.Lease(stores_.RegisterRunner(), 1, 1).tasks;
  ASSERT_THAT(leased, SizeIs(1));
  EXPECT_EQ(leased[0].id.fleet_id, other);
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(IsolationTest, AChildThatKeepsLosingItsRunnersFailsAtTheBound) {
  Start(1);
  for (int i = 1; i < domain::kMaxLosses; ++i) Lose(1);
  EXPECT_EQ(stores_.GetFleet(fleet_).state, FleetState::kRunning);
  Lose(1);
  const domain::Fleet fleet = stores_.GetFleet(fleet_);
  EXPECT_EQ(fleet.state, FleetState::kFailed);
  EXPECT_EQ(fleet.rollup.categories[static_cast<std::size_t>(domain::FailureCategory::kCompute)], 1);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto attempts, stores_.tasks.Attempts(kAlice, fleet_, TestStores::RepoName(1)));
  ASSERT_THAT(attempts, SizeIs(domain::kMaxLosses));
  EXPECT_EQ(attempts[0].reason, FailureReason::kRunnerLost);
}

TEST_F(IsolationTest, CapacityFaultsUseNoTryAndAreBounded) {
  Start(1);
  const domain::Ulid runner = stores_.RegisterRunner();
  for (int i = 1; i <= domain::kMaxFaults; ++i) {
    stores_.Sql("update tasks set retry_at = clock_timestamp() where retry_at is not null");
    stores_.Sql("update fleets set next_retry_at = clock_timestamp() where next_retry_at is not null");
    const auto leased = stores_.Lease(runner, i, 1).tasks;
    ASSERT_THAT(leased, SizeIs(1)) << i;
    FLEET_ASSERT_OK(checker_.Look());
    const store::ReportAnswer answer = Fail(runner, leased[0], FailureReason::kDiskFull);
    EXPECT_EQ(answer.state, i < domain::kMaxFaults ? TaskState::kQueued : TaskState::kFailed) << i;
    EXPECT_EQ(stores_.GetTask(leased[0].id).tries, 0);
    EXPECT_EQ(stores_.GetTask(leased[0].id).faults, i);
  }
  FLEET_EXPECT_OK(checker_.Finish());
}

}  // namespace
}  // namespace fleet::testing
