// Reports write their children first and lock their fleet's row last: who meets them in between, and what becomes of
// it.
#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/status/error_info.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::FleetState;
using domain::ReportVerdict;
using domain::TaskState;
using store::GrantedTask;
using Answers = absl::StatusOr<std::vector<store::ReportAnswer>>;

// Rows of fleets are locked in the order of their ids. So a batch that reports on children of both fleets, and finds
// the first fleet's row taken, stands between its two halves: it has its children, and no row of a fleet. The second
// fleet's row is free for whoever is to meet it there.
class LockOrderTest : public ::testing::Test {
 protected:
  LockOrderTest() {
    first_ = stores_.CreateFleet({.targets = 4});
    stores_.ExpandAll();
    firsts_ = stores_.Lease(other_, 1, 4).tasks;
    second_ = stores_.CreateFleet({.targets = 10, .max_concurrency = 6});
    stores_.ExpandAll();
    seconds_ = stores_.Lease(runner_, 1, 4).tasks;
    EXPECT_LT(first_, second_);
    FLEET_EXPECT_OK(checker_.Look());
  }
  ~LockOrderTest() override { FLEET_EXPECT_OK(checker_.Finish()); }

  // While the rows of `fleet` are another transaction's.
  template <typename Meanwhile>
  void WhileLocked(const domain::Ulid& fleet, const Meanwhile& meanwhile) {
    database::ConnectionPool holder(stores_.url, 1);
    FLEET_ASSERT_OK(database::InTransaction(holder, [&](database::Transaction& transaction) -> absl::Status {
      transaction.RollBackInstead();
      FLEET_RETURN_IF_ERROR(
          transaction
              .Execute({"test_patience", "select set_config('idle_in_transaction_session_timeout', '60s', true)"})
              .status());
      FLEET_RETURN_IF_ERROR(
          transaction
              .Execute({"test_lock_fleet", "select 1 from fleets where fleet_id = $1 for no key update"},
                       {fleet.ToUuid()})
              .status());
      meanwhile();
      return absl::OkStatus();
    }));
  }
  domain::TaskReport ReportOf(const domain::Ulid& runner, const GrantedTask& task, TaskState state) {
    domain::TaskReport report;
    report.task = task.id;
    report.attempt = task.attempt;
    report.runner_id = runner;
    report.state = state;
    if (state == TaskState::kCompleted) report.outcome = domain::Outcome::kNoChanges;
    if (state == TaskState::kFailed) report.category = domain::FailureCategory::kNetwork;
    return report;
  }
  // A batch with a child of each fleet.
  std::vector<domain::TaskReport> BothReport(TaskState state) {
    return {ReportOf(other_, firsts_[0], state), ReportOf(runner_, seconds_[0], state)};
  }
  // Runs `meet` while such a batch has its children and no row of a fleet. Returns the batch's answers.
  template <typename Meet>
  Answers WhileABatchHasItsChildren(TaskState state, const Meet& meet) {
    std::future<Answers> batch;
    WhileLocked(first_, [&] {
      batch = std::async(std::launch::async, [&] { return stores_.reports.Apply(BothReport(state)); });
      EXPECT_TRUE(stores_.AwaitLockWaiters(1));
      EXPECT_TRUE(IsTaken(firsts_[0].id));
      EXPECT_TRUE(IsTaken(seconds_[0].id));
      meet();
      EXPECT_EQ(batch.wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "it must still be there";
    });
    return batch.get();
  }
  bool IsTaken(const domain::TaskId& id) const {
    return stores_.Sql(absl::StrCat("select count(*) from (select from tasks where fleet_id = '", id.fleet_id.ToUuid(),
                                    "' and ordinal = ", id.ordinal, " for no key update skip locked) t")) == "0";
  }
  TaskState StateOf(const GrantedTask& task) { return stores_.GetTask(task.id).state; }
  std::vector<GrantedTask> AllBut(const std::vector<GrantedTask>& tasks, std::size_t index) {
    std::vector<GrantedTask> others = tasks;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    return others;
  }
  static void ExpectApplied(const Answers& answers, TaskState state) {
    FLEET_ASSERT_OK(answers.status());
    for (const store::ReportAnswer& answer : *answers) {
      EXPECT_EQ(answer.verdict, ReportVerdict::kApply);
      EXPECT_EQ(answer.state, state);
    }
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 10};
  InvariantChecker checker_{database_.url(), InvariantChecker::Mode::kOnDemand};
  domain::Ulid first_;
  domain::Ulid second_;
  const domain::Ulid runner_ = stores_.RegisterRunner();
  const domain::Ulid other_ = stores_.RegisterRunner();
  std::vector<GrantedTask> firsts_;   // other_'s
  std::vector<GrantedTask> seconds_;  // runner_'s
};

TEST_F(LockOrderTest, ADispatchDoesNotWaitForABatchThatHasItsChildrenAlone) {
  const Answers answers = WhileABatchHasItsChildren(TaskState::kCompleted, [&] {
    const store::LeaseAnswer lease = stores_.Lease(stores_.RegisterRunner(), 1, 5);
    EXPECT_EQ(lease.tasks.size(), 2U) << "six may run, and four do: the batch has not ended its own yet";
  });
  ExpectApplied(answers, TaskState::kCompleted);
  EXPECT_EQ(stores_.GetFleet(second_).rollup.Active(), 5);
}

TEST_F(LockOrderTest, ABatchDoesNotWaitForWhoHasQueuedChildren) {
  database::ConnectionPool holder(stores_.url, 1);
  FLEET_ASSERT_OK(database::InTransaction(holder, [&](database::Transaction& transaction) -> absl::Status {
    FLEET_RETURN_IF_ERROR(
        transaction.Execute({"test_queued", "select 1 from tasks where state = 1 for no key update"}).status());
    EXPECT_EQ(stores_.Report(runner_, seconds_[0], TaskState::kCompleted).verdict, ReportVerdict::kApply);
    return absl::OkStatus();
  }));
}

TEST_F(LockOrderTest, ACancelBetweenTheJudgementAndTheRowIsSeen) {
  std::future<absl::StatusOr<store::FleetRecord>> cancel;
  std::future<Answers> batch;
  WhileLocked(first_, [&] {
    cancel =
        std::async(std::launch::async, [&] { return stores_.fleets.Cancel(kBob, first_, domain::CancelMode::kDrain); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(1));
    batch = std::async(std::launch::async,
                       [&] { return stores_.reports.Apply({ReportOf(other_, firsts_[0], TaskState::kFailed)}); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(2)) << "judged by a fleet that goes on: the child is to be tried again";
    EXPECT_TRUE(IsTaken(firsts_[0].id));
  });
  FLEET_EXPECT_OK(cancel.get().status());
  ExpectApplied(batch.get(), TaskState::kCancelled);
  EXPECT_EQ(StateOf(firsts_[0]), TaskState::kCancelled);
  EXPECT_EQ(stores_.GetFleet(first_).rollup.State(TaskState::kQueued), 0) << "no sweep would come for it";
}

TEST_F(LockOrderTest, AStageThatACancelOvertookIsToldToStop) {
  std::future<absl::StatusOr<store::FleetRecord>> cancel;
  std::future<Answers> batch;
  WhileLocked(first_, [&] {
    cancel =
        std::async(std::launch::async, [&] { return stores_.fleets.Cancel(kBob, first_, domain::CancelMode::kStop); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(1));
    batch = std::async(std::launch::async,
                       [&] { return stores_.reports.Apply({ReportOf(other_, firsts_[0], TaskState::kFinalizing)}); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(2));
  });
  FLEET_EXPECT_OK(cancel.get().status());
  const Answers answers = batch.get();
  FLEET_ASSERT_OK(answers.status());
  EXPECT_EQ(answers->front().verdict, ReportVerdict::kStop) << "nothing may be pushed any more";
  EXPECT_EQ(StateOf(firsts_[0]), TaskState::kSubmitted);
}

TEST_F(LockOrderTest, AHeartbeatLeavesToABatchWhatItHas) {
  const Answers answers = WhileABatchHasItsChildren(TaskState::kCompleted, [&] {
    FLEET_EXPECT_OK(stores_.Heartbeat(runner_, 1, {seconds_[1], seconds_[2]}, 1).status());
    EXPECT_EQ(StateOf(seconds_[3]), TaskState::kQueued) << "given back";
    EXPECT_EQ(StateOf(seconds_[0]), TaskState::kSubmitted) << "the batch's";
  });
  ExpectApplied(answers, TaskState::kCompleted);
  EXPECT_EQ(StateOf(seconds_[0]), TaskState::kCompleted);
}

TEST_F(LockOrderTest, AHeartbeatFindsLaterWhatABatchGaveUp) {
  const Answers answers = WhileABatchHasItsChildren(TaskState::kRunning, [&] {
    FLEET_EXPECT_OK(stores_.Heartbeat(runner_, 1, AllBut(seconds_, 0), 1).status());
    EXPECT_EQ(StateOf(seconds_[0]), TaskState::kSubmitted);
  });
  ExpectApplied(answers, TaskState::kRunning);
  FLEET_EXPECT_OK(stores_.Heartbeat(runner_, 2, AllBut(seconds_, 0), 1).status());
  EXPECT_EQ(StateOf(seconds_[0]), TaskState::kQueued);
}

TEST_F(LockOrderTest, ALostRunnersGrantIsKeptForWhatABatchHas) {
  const auto grants = [&] {
    return stores_.Sql(absl::StrCat("select count(*) from lease_grants where runner_id = '", runner_.ToUuid(), "'"));
  };
  const Answers answers = WhileABatchHasItsChildren(TaskState::kRunning, [&] {
    stores_.Sql(
        absl::StrCat("update runners set heartbeat_at = clock_timestamp() - interval '1 hour' where runner_id = '",
                     runner_.ToUuid(), "'"));
    EXPECT_THAT(stores_.runners.MarkLost(absl::Seconds(30)), IsOkAndHolds(1));
    FLEET_EXPECT_OK(stores_.runners.ReclaimStep().status());
    EXPECT_EQ(StateOf(seconds_[1]), TaskState::kQueued);
    EXPECT_EQ(StateOf(seconds_[0]), TaskState::kSubmitted);
    EXPECT_EQ(grants(), "1") << "or nobody would ever find the lease again";
  });
  ExpectApplied(answers, TaskState::kRunning);
  while (stores_.runners.ReclaimStep()->has_value()) continue;
  EXPECT_EQ(StateOf(seconds_[0]), TaskState::kQueued);
  EXPECT_EQ(grants(), "0");
}

TEST_F(LockOrderTest, TheEndOfStragglersComesBackForWhatABatchHas) {
  stores_.SetCancelGrace(absl::ZeroDuration());
  const Answers answers = WhileABatchHasItsChildren(TaskState::kFailed, [&] {
    FLEET_EXPECT_OK(stores_.fleets.Cancel(kBob, second_, domain::CancelMode::kStop).status());
    stores_.SweepAll();
    const auto step = stores_.jobs.RunStep(store::JobKind::kEndStragglers);
    FLEET_ASSERT_OK(step.status());
    ASSERT_TRUE(step->has_value());
    EXPECT_EQ((*step)->children, 3);
    EXPECT_FALSE((*step)->finished);
    EXPECT_EQ((*step)->next_cursor, seconds_[0].id.ordinal - 1);
  });
  FLEET_ASSERT_OK(answers.status());
  EXPECT_EQ((*answers)[0].state, TaskState::kQueued);
  EXPECT_EQ((*answers)[1].state, TaskState::kCancelled) << "its fleet was cancelled before the batch had the row";
  EXPECT_EQ(stores_.GetFleet(second_).state, FleetState::kCancelled);
}

TEST_F(LockOrderTest, TheCancelOfAChildWaitsForItsBatchAndHoldsNothing) {
  std::future<absl::StatusOr<store::TaskRecord>> cancel;
  const Answers answers = WhileABatchHasItsChildren(TaskState::kCompleted, [&] {
    const std::string repo = stores_.GetTask(seconds_[0].id).repo;
    cancel = std::async(std::launch::async, [this, repo] { return stores_.controls.CancelTask(kBob, second_, repo); });
    EXPECT_TRUE(stores_.AwaitLockWaiters(2));
    EXPECT_EQ(stores_.Lease(stores_.RegisterRunner(), 1, 1).tasks.size(), 1U) << "the fleet's row is free";
  });
  ExpectApplied(answers, TaskState::kCompleted);
  const auto cancelled = cancel.get();
  ASSERT_THAT(cancelled, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(GetErrorInfo(cancelled.status()).reason, "TASK_ALREADY_ENDED");
}

TEST_F(LockOrderTest, OfTwoBatchesWithOneChildTheLaterWaitsAndHoldsNothing) {
  std::future<Answers> again;
  const Answers answers = WhileABatchHasItsChildren(TaskState::kCompleted, [&] {
    again = std::async(std::launch::async, [&] {
      return stores_.reports.Apply({ReportOf(runner_, seconds_[0], TaskState::kCompleted),
                                    ReportOf(runner_, seconds_[1], TaskState::kCompleted)});
    });
    EXPECT_TRUE(stores_.AwaitLockWaiters(2));
    EXPECT_FALSE(IsTaken(seconds_[1].id));
    EXPECT_EQ(stores_.Lease(stores_.RegisterRunner(), 1, 1).tasks.size(), 1U) << "the fleet's row is free";
  });
  ExpectApplied(answers, TaskState::kCompleted);
  const Answers later = again.get();
  FLEET_ASSERT_OK(later.status());
  EXPECT_EQ((*later)[0].verdict, ReportVerdict::kRepeat);
  EXPECT_EQ((*later)[1].verdict, ReportVerdict::kApply);
}

}  // namespace
}  // namespace fleet::testing
