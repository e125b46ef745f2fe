// A cancelled fleet starts no further child, and ends.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "common/database/transaction.h"
#include "common/status/error_info.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using domain::CancelMode;
using domain::FleetState;
using domain::ReportVerdict;
using domain::TaskState;
using Reason = store::StopOrder::Reason;

constexpr absl::Duration kGrace = absl::Seconds(30);

class CancelTest : public ::testing::Test {
 protected:
  CancelTest() : stores_(database_.url(), 12000) {}

  // Ten children, three of them leased by runner_.
  void StartTen() {
    fleet_ = stores_.CreateFleet({.targets = 10});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
    leased_ = stores_.Lease(runner_, 1, 3).tasks;
  }
  store::FleetRecord Cancel(CancelMode mode, absl::Duration grace = kGrace) {
    stores_.SetCancelGrace(grace);
    auto record = stores_.fleets.Cancel({"bob"}, fleet_, mode);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? *record : store::FleetRecord();
  }
  int Count(TaskState state) { return stores_.GetFleet(fleet_).rollup.State(state); }
  FleetState State() { return stores_.GetFleet(fleet_).state; }
  std::string Attempts() { return stores_.Sql("select sum(attempt) from tasks"); }

  TestDatabase database_;
  TestStores stores_;
  domain::Ulid fleet_;
  domain::Ulid runner_;
  std::vector<store::GrantedTask> leased_;
};

TEST_F(CancelTest, NothingStartsOnceItHasReturnedThoughDispatchersNeverRest) {
  // Long grace: what is active stays so, and is seen to be all there ever will be.
  fleet_ = stores_.CreateFleet({.targets = 6000, .max_concurrency = 1900});
  stores_.ExpandAll();
  InvariantChecker checker(database_.url());
  std::atomic<bool> stopping = false;
  std::vector<std::thread> dispatchers;
  for (int i = 0; i < 4; ++i) {
    dispatchers.emplace_back([&] {
      const domain::Ulid runner = stores_.RegisterRunner();
      for (int64_t seq = 1; !stopping;) {
        const store::LeaseAnswer answer = stores_.Lease(runner, seq, 7);
        if (!answer.tasks.empty()) ++seq;
        for (const store::GrantedTask& task : answer.tasks) {
          if (task.id.ordinal % 2 == 0) stores_.Report(runner, task, TaskState::kCompleted);
        }
      }
    });
  }
  EXPECT_TRUE(WaitUntil([&] { return Count(TaskState::kCompleted) >= 20; }));
  const store::FleetRecord cancelled = Cancel(CancelMode::kDrain);
  const std::string attempts = Attempts();
  EXPECT_EQ(cancelled.fleet.state, FleetState::kCancelling);
  stores_.SweepAll();
  ASSERT_TRUE(checker.AwaitSnapshots(3));
  EXPECT_EQ(Count(TaskState::kQueued), 0);
  stopping = true;
  for (std::thread& dispatcher : dispatchers) dispatcher.join();
  EXPECT_EQ(Attempts(), attempts);
  FLEET_EXPECT_OK(checker.Finish());
}

// The order that a re-read under the lock is for: dispatch counts the fleet, then it is cancelled, then dispatch has
// it.
TEST_F(CancelTest, DispatchThatCountedTheFleetBeforeStartsNothing) {
  fleet_ = stores_.CreateFleet({.targets = 10});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  database::ConnectionPool holder(stores_.url, 1);
  std::future<store::FleetRecord> cancel;
  std::future<store::LeaseAnswer> lease;
  FLEET_ASSERT_OK(database::InTransaction(holder, [&](database::Transaction& transaction) -> absl::Status {
    FLEET_RETURN_IF_ERROR(transaction.Execute({"test_lock_fleets", "select 1 from fleets for no key update"}).status());
    cancel = std::async(std::launch::async, [&] { return Cancel(CancelMode::kStop); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(1));
    lease = std::async(std::launch::async, [&] { return stores_.Lease(runner_, 1, 5); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(2));
    return absl::OkStatus();
  }));
  EXPECT_EQ(cancel.get().fleet.state, FleetState::kCancelling);
  EXPECT_TRUE(lease.get().tasks.empty());
  EXPECT_EQ(Attempts(), "0");
}

TEST_F(CancelTest, WithNothingActiveItEndsWhenSwept) {
  fleet_ = stores_.CreateFleet({.targets = 2500});
  stores_.ExpandAll();
  EXPECT_EQ(Cancel(CancelMode::kStop).fleet.state, FleetState::kCancelling);
  stores_.SweepAll();
  const domain::Fleet fleet = stores_.GetFleet(fleet_);
  EXPECT_EQ(fleet.state, FleetState::kCancelled);
  EXPECT_EQ(fleet.rollup.State(TaskState::kCancelled), 2500);
  EXPECT_TRUE(fleet.ended_at.has_value());
  EXPECT_EQ(fleet.cancelled_by, "bob");
}

TEST_F(CancelTest, ChildrenEnqueuedAfterwardsAreCancelled) {
  fleet_ = stores_.CreateFleet({.targets = 12000});
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kExpand));
  ASSERT_EQ(stores_.GetFleet(fleet_).rollup.expanded, store::kTargetChunk);
  Cancel(CancelMode::kStop);
  stores_.SweepAll();
  EXPECT_EQ(State(), FleetState::kCancelling) << "children are missing still";
  stores_.ExpandAll();
  EXPECT_EQ(State(), FleetState::kCancelled);
  EXPECT_EQ(Count(TaskState::kCancelled), 12000);
  EXPECT_EQ(Attempts(), "0");
}

TEST_F(CancelTest, BeforeAnyChildIsEnqueued) {
  fleet_ = stores_.CreateFleet({.targets = 10});
  Cancel(CancelMode::kStop);
  stores_.SweepAll();
  stores_.ExpandAll();
  EXPECT_EQ(State(), FleetState::kCancelled);
  EXPECT_EQ(Count(TaskState::kCancelled), 10);
}

TEST_F(CancelTest, StopTellsRunnersAndTheirConfirmationEndsIt) {
  StartTen();
  Cancel(CancelMode::kStop);
  stores_.SweepAll();
  FLEET_ASSERT_OK_AND_ASSIGN(const auto orders, stores_.Heartbeat(runner_, 1, leased_, 1));
  ASSERT_EQ(orders.size(), 3U);
  EXPECT_EQ(orders[0].reason, Reason::kCancelled);
  EXPECT_EQ(stores_.Report(runner_, leased_[0], TaskState::kRunning).verdict, ReportVerdict::kStop);
  EXPECT_EQ(stores_.Report(runner_, leased_[0], TaskState::kCompleted).state, TaskState::kCompleted)
      << "what was done before the order came counts";
  EXPECT_EQ(stores_.Report(runner_, leased_[1], TaskState::kCancelled).state, TaskState::kCancelled);
  EXPECT_EQ(State(), FleetState::kCancelling);
  EXPECT_EQ(stores_.Report(runner_, leased_[2], TaskState::kFailed, domain::FailureCategory::kNetwork).state,
            TaskState::kCancelled)
      << "a retry would be a start";
  EXPECT_EQ(State(), FleetState::kCancelled);
}

TEST_F(CancelTest, DrainLetsRunnersFinish) {
  StartTen();
  Cancel(CancelMode::kDrain);
  stores_.SweepAll();
  FLEET_ASSERT_OK_AND_ASSIGN(const auto orders, stores_.Heartbeat(runner_, 1, leased_, 1));
  EXPECT_TRUE(orders.empty());
  EXPECT_EQ(stores_.Report(runner_, leased_[0], TaskState::kRunning).verdict, ReportVerdict::kApply);
  for (const store::GrantedTask& task : leased_) stores_.Report(runner_, task, TaskState::kCompleted);
  EXPECT_EQ(State(), FleetState::kCancelled);
  EXPECT_EQ(Count(TaskState::kCompleted), 3);
  EXPECT_EQ(Count(TaskState::kCancelled), 7);
}

TEST_F(CancelTest, StopAfterDrainTightensAndDrainAfterStopDoesNot) {
  StartTen();
  Cancel(CancelMode::kDrain);
  EXPECT_EQ(Cancel(CancelMode::kStop).fleet.cancel_mode, CancelMode::kStop);
  EXPECT_EQ(Cancel(CancelMode::kDrain).fleet.cancel_mode, CancelMode::kStop);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto orders, stores_.Heartbeat(runner_, 1, leased_, 1));
  EXPECT_EQ(orders.size(), 3U);
}

TEST_F(CancelTest, StragglersAreEndedAfterTheGraceTimeAndNotBefore) {
  StartTen();
  InvariantChecker checker(database_.url(), InvariantChecker::Mode::kOnDemand);
  FLEET_ASSERT_OK(checker.Look());
  Cancel(CancelMode::kStop, absl::Hours(1));
  stores_.SweepAll();
  FLEET_ASSERT_OK_AND_ASSIGN(const auto early, stores_.jobs.RunStep(store::JobKind::kEndStragglers));
  EXPECT_FALSE(early.has_value());
  EXPECT_EQ(State(), FleetState::kCancelling);
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() - interval '1 second' where kind = 3");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kEndStragglers));
  EXPECT_EQ(State(), FleetState::kCancelled);
  EXPECT_EQ(Count(TaskState::kCancelled), 10);
  EXPECT_EQ(stores_.Report(runner_, leased_[0], TaskState::kCompleted).verdict, ReportVerdict::kLeaseLost);
  FLEET_EXPECT_OK(checker.Finish());
}

TEST_F(CancelTest, LostRunnersChildrenAreCancelledNotQueued) {
  StartTen();
  Cancel(CancelMode::kDrain);
  stores_.SweepAll();
  stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour'");
  FLEET_ASSERT_OK(stores_.runners.MarkLost(absl::Seconds(30)));
  while (stores_.runners.ReclaimStep()->has_value()) continue;
  EXPECT_EQ(State(), FleetState::kCancelled);
}

TEST_F(CancelTest, CancellingAgainChangesNothing) {
  StartTen();
  Cancel(CancelMode::kStop);
  const int64_t revision = stores_.GetFleet(fleet_).revision;
  EXPECT_EQ(Cancel(CancelMode::kStop).fleet.revision, revision);
  stores_.SweepAll();
  for (const store::GrantedTask& task : leased_) stores_.Report(runner_, task, TaskState::kCancelled);
  ASSERT_EQ(State(), FleetState::kCancelled);
  EXPECT_EQ(Cancel(CancelMode::kStop).fleet.state, FleetState::kCancelled) << "also when it has ended so";
}

TEST_F(CancelTest, FleetThatEndedOtherwiseCannotBeCancelled) {
  fleet_ = stores_.CreateFleet({.targets = 1});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  stores_.Report(runner_, stores_.Lease(runner_, 1, 1).tasks[0], TaskState::kCompleted);
  const auto refused = stores_.fleets.Cancel({"bob"}, fleet_, CancelMode::kStop);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(GetErrorInfo(refused.status()).reason, "FLEET_ALREADY_ENDED");
  EXPECT_EQ(State(), FleetState::kCompleted);
}

}  // namespace
}  // namespace fleet::testing
