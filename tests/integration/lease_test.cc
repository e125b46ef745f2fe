// Leases: nothing leaks when an answer is lost, when a runner forgets, or when it is lost itself.
#include <gtest/gtest.h>

#include <future>

#include "absl/time/clock.h"

#include "common/database/transaction.h"
#include "common/domain/task_transitions.h"
#include "common/status/error_info.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::TaskState;
using Kind = store::LeaseAnswer::Kind;
using Reason = store::StopOrder::Reason;

class LeaseTest : public ::testing::Test {
 protected:
  LeaseTest() : stores_(database_.url(), 20), checker_(database_.url(), InvariantChecker::Mode::kOnDemand) {
    fleet_ = stores_.CreateFleet({.targets = 20});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
  }
  ~LeaseTest() override { FLEET_EXPECT_OK(checker_.Finish()); }

  void Look() { FLEET_EXPECT_OK(checker_.Look()); }
  void FallSilent(const domain::Ulid& runner) {
    stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour' where runner_id = '" +
                runner.ToUuid() + "'");
  }
  void LoseAllSilent() {
    FLEET_ASSERT_OK(stores_.runners.MarkLost(absl::Seconds(30)));
    while (stores_.runners.ReclaimStep()->has_value()) Look();
  }

  TestDatabase database_;
  TestStores stores_;
  InvariantChecker checker_;
  domain::Ulid fleet_;
  domain::Ulid runner_;
};

TEST_F(LeaseTest, LostAnswerIsGivenAgain) {
  const store::LeaseAnswer first = stores_.Lease(runner_, 1, 5);
  ASSERT_EQ(first.tasks.size(), 5U);
  Look();
  // Another service: other connections, the same table.
  TestStores* const other_service = &stores_;
  const store::LeaseAnswer again = other_service->Lease(runner_, 1, 500);
  EXPECT_EQ(again.kind, Kind::kGranted);
  EXPECT_EQ(again.tasks, first.tasks);
  Look();
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.Active(), 5) << "nothing more was handed out";
}

TEST_F(LeaseTest, SameNumberAskedTwiceAtOnceIsGrantedOnce) {
  std::vector<std::future<store::LeaseAnswer>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return stores_.Lease(runner_, 1, 4); }));
  }
  const store::LeaseAnswer first = calls[0].get();
  EXPECT_EQ(first.tasks.size(), 4U);
  for (std::size_t i = 1; i < calls.size(); ++i) EXPECT_EQ(calls[i].get().tasks, first.tasks);
  Look();
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.Active(), 4);
}

TEST_F(LeaseTest, SameRunnerTwiceInOneBatchIsGrantedOnce) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto answers, stores_.dispatch.Dispatch({{runner_, 1, 4}, {runner_, 1, 4}}));
  Look();
  EXPECT_EQ(answers[0].tasks.size() + answers[1].tasks.size(), 4U);
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.Active(), 4);
}

TEST_F(LeaseTest, ForgottenLeaseOfAReceivedGrantGoesBackWithoutATry) {
  const store::LeaseAnswer granted = stores_.Lease(runner_, 1, 3);
  Look();
  FLEET_ASSERT_OK_AND_ASSIGN(const auto orders, stores_.Heartbeat(runner_, 1, {granted.tasks[0], granted.tasks[2]}, 1));
  EXPECT_TRUE(orders.empty());
  Look();
  const domain::Task returned = stores_.GetTask(granted.tasks[1].id);
  EXPECT_EQ(returned.state, TaskState::kQueued);
  EXPECT_EQ(returned.tries, 0);
  EXPECT_EQ(returned.losses, 0);
  EXPECT_EQ(stores_.GetTask(granted.tasks[0].id).state, TaskState::kSubmitted);
  const store::LeaseAnswer next = stores_.Lease(stores_.RegisterRunner(), 1, 1);
  ASSERT_EQ(next.tasks.size(), 1U);
  EXPECT_EQ(next.tasks[0], (store::GrantedTask{granted.tasks[1].id, 2})) << "it is ready at once";
  Look();
}

TEST_F(LeaseTest, UnacknowledgedGrantIsKept) {
  const store::LeaseAnswer granted = stores_.Lease(runner_, 1, 3);
  FLEET_ASSERT_OK(stores_.Heartbeat(runner_, 1, {}, 0));
  Look();
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.Active(), 3);
  EXPECT_EQ(stores_.Lease(runner_, 1, 3).tasks, granted.tasks) << "the answer can still be had";
}

TEST_F(LeaseTest, OldHeartbeatIsIgnored) {
  const store::LeaseAnswer granted = stores_.Lease(runner_, 1, 3);
  FLEET_ASSERT_OK(stores_.Heartbeat(runner_, 5, granted.tasks, 1));
  // Sent before the grant was received, late on the way: its list is of another time.
  for (const int64_t seq : {4, 5}) FLEET_ASSERT_OK(stores_.Heartbeat(runner_, seq, {}, 1));
  Look();
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.Active(), 3);
}

TEST_F(LeaseTest, NumberThatWasReceivedIsNotGrantedAgain) {
  const store::LeaseAnswer granted = stores_.Lease(runner_, 1, 2);
  for (const store::GrantedTask& task : granted.tasks) stores_.Report(runner_, task, TaskState::kCompleted);
  FLEET_ASSERT_OK(stores_.Heartbeat(runner_, 1, {}, 1));
  EXPECT_EQ(stores_.Sql("select count(*) from lease_grants"), "0") << "a grant without live leases is forgotten";
  EXPECT_EQ(stores_.Lease(runner_, 1, 2).kind, Kind::kStale);
  EXPECT_EQ(stores_.Lease(runner_, 2, 2).tasks.size(), 2U);
  Look();
}

TEST_F(LeaseTest, HeartbeatOrdersToStopWhatIsNotHeldByRight) {
  const store::LeaseAnswer granted = stores_.Lease(runner_, 1, 2);
  const store::GrantedTask foreign{granted.tasks[0].id, 7};
  FLEET_ASSERT_OK_AND_ASSIGN(const auto orders,
                             stores_.Heartbeat(runner_, 1, {granted.tasks[0], granted.tasks[1], foreign}, 1));
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].lease, foreign);
  EXPECT_EQ(orders[0].reason, Reason::kLeaseLost);
}

TEST_F(LeaseTest, LostRunnersChildrenRunElsewhere) {
  const store::LeaseAnswer granted = stores_.Lease(runner_, 1, 3);
  const domain::Ulid healthy = stores_.RegisterRunner();
  const store::LeaseAnswer kept = stores_.Lease(healthy, 1, 3);
  Look();
  FallSilent(runner_);
  LoseAllSilent();
  for (const store::GrantedTask& task : granted.tasks) {
    const domain::Task returned = stores_.GetTask(task.id);
    EXPECT_EQ(returned.state, TaskState::kQueued);
    EXPECT_EQ(returned.losses, 1);
    EXPECT_EQ(returned.tries, 0);
  }
  for (const store::GrantedTask& task : kept.tasks) EXPECT_EQ(stores_.GetTask(task.id).state, TaskState::kSubmitted);
}

TEST_F(LeaseTest, LostRunnerMayDoNothingMore) {
  stores_.Lease(runner_, 1, 3);
  Look();
  FallSilent(runner_);
  FLEET_ASSERT_OK(stores_.runners.MarkLost(absl::Seconds(30)));
  EXPECT_EQ(stores_.Lease(runner_, 1, 3).kind, Kind::kRunnerLost) << "nor is a stored grant given";
  EXPECT_EQ(stores_.Lease(runner_, 2, 3).kind, Kind::kRunnerLost);
  const absl::Status heartbeat = stores_.Heartbeat(runner_, 1, {}, 1).status();
  EXPECT_EQ(GetErrorInfo(heartbeat).reason, "RUNNER_LOST");
  EXPECT_EQ(GetErrorInfo(stores_.runners.Register({runner_, "again", "alice", "default", 1}).status()).reason,
            "RUNNER_LOST");
  LoseAllSilent();
  EXPECT_EQ(stores_.Lease(runner_, 2, 3).kind, Kind::kRunnerLost);
}

TEST_F(LeaseTest, UnknownRunnerIsToldToRegister) {
  EXPECT_EQ(stores_.Lease(domain::Ulid::Generate(absl::Now()), 1, 1).kind, Kind::kNotRegistered);
  const absl::Status heartbeat = stores_.Heartbeat(domain::Ulid::Generate(absl::Now()), 1, {}, 0).status();
  EXPECT_EQ(GetErrorInfo(heartbeat).reason, "RUNNER_NOT_REGISTERED");
  Look();
  stores_.Lease(runner_, 1, 1);
  Look();
}

TEST_F(LeaseTest, PoisonTaskFailsAfterABoundedNumberOfRunners) {
  stores_.Sql("update limits set value = 1 where name = 'system_active'");
  domain::TaskId poison;
  for (int32_t loss = 1; loss <= domain::kMaxLosses; ++loss) {
    const domain::Ulid victim = stores_.RegisterRunner();
    const store::LeaseAnswer granted = stores_.Lease(victim, 1, 1);
    ASSERT_EQ(granted.tasks.size(), 1U);
    if (loss == 1) poison = granted.tasks[0].id;
    EXPECT_EQ(granted.tasks[0].id, poison);
    Look();
    FallSilent(victim);
    LoseAllSilent();
  }
  const domain::Task ended = stores_.GetTask(poison);
  EXPECT_EQ(ended.state, TaskState::kFailed);
  EXPECT_EQ(ended.category, domain::FailureCategory::kCompute);
  EXPECT_EQ(stores_.Lease(runner_, 1, 1).tasks[0].id.ordinal, 2) << "others go on";
}

TEST_F(LeaseTest, RunnerIsMarkedLostBehindTheGate) {
  stores_.Lease(runner_, 1, 1);
  Look();
  FallSilent(runner_);
  database::ConnectionPool holder(stores_.url, 1);
  std::future<absl::StatusOr<int>> marking;
  FLEET_ASSERT_OK(database::InTransaction(holder, [&](database::Transaction& gate) -> absl::Status {
    FLEET_RETURN_IF_ERROR(gate.Execute({"test_gate", "select only_row from dispatch_gate for update"}).status());
    marking = std::async(std::launch::async, [&] { return stores_.runners.MarkLost(absl::Seconds(30)); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(1)) << "a dispatch that has read runners must not be overtaken";
    EXPECT_EQ(stores_.Sql("select state from runners"), "1");
    return absl::OkStatus();
  }));
  EXPECT_THAT(marking.get(), IsOkAndHolds(1));
}

}  // namespace
}  // namespace fleet::testing
