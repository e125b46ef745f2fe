// What operators do to a fleet that runs.
#include <gmock/gmock.h>

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
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ControlTest : public ::testing::Test {
 protected:
  void Start(int targets) {
    fleet_ = stores_.CreateFleet({.targets = targets});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
  }
  FleetState State() { return stores_.GetFleet(fleet_).state; }
  int32_t Count(TaskState state) { return stores_.GetFleet(fleet_).rollup.State(state); }
  std::vector<store::GrantedTask> Lease(int32_t tasks) { return stores_.Lease(runner_, ++lease_seq_, tasks).tasks; }
  std::string Reason(const absl::Status& status) { return GetErrorInfo(status).reason; }

  TestDatabase database_;
  TestStores stores_{database_.url(), 3000};
  InvariantChecker checker_{database_.url(), InvariantChecker::Mode::kOnDemand};
  domain::Ulid fleet_;
  domain::Ulid runner_;
  int64_t lease_seq_ = 0;
};

TEST_F(ControlTest, PausedFleetStartsNothingAndItsActiveChildrenGoOn) {
  Start(10);
  const auto leased = Lease(2);
  FLEET_ASSERT_OK(checker_.Look());
  FLEET_ASSERT_OK_AND_ASSIGN(const store::FleetRecord paused, stores_.controls.Pause({"bob"}, fleet_));
  EXPECT_EQ(paused.fleet.state, FleetState::kPaused);
  EXPECT_EQ(paused.fleet.rollup.Active(), 2);
  EXPECT_EQ(paused.fleet.paused_by, "bob");
  EXPECT_THAT(stores_.Lease(runner_, lease_seq_ + 1, 5).tasks, SizeIs(0));
  EXPECT_EQ(stores_.Report(runner_, leased[0], TaskState::kRunning).verdict, ReportVerdict::kApply);
  EXPECT_EQ(stores_.Report(runner_, leased[0], TaskState::kCompleted).verdict, ReportVerdict::kApply);
  FLEET_ASSERT_OK(checker_.Look());
  FLEET_ASSERT_OK_AND_ASSIGN(const store::FleetRecord resumed, stores_.controls.Resume({"carol"}, fleet_));
  EXPECT_EQ(resumed.fleet.state, FleetState::kRunning);
  EXPECT_THAT(Lease(5), SizeIs(5));
  EXPECT_EQ(stores_.Sql("select string_agg(action || ' ' || actor, ', ' order by event_id) from audit_events"),
            "PauseFleet bob, ResumeFleet carol");
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(ControlTest, PausingTwiceChangesNothingTheSecondTime) {
  Start(3);
  FLEET_ASSERT_OK_AND_ASSIGN(const store::FleetRecord first, stores_.controls.Pause({"bob"}, fleet_));
  FLEET_ASSERT_OK_AND_ASSIGN(const store::FleetRecord second, stores_.controls.Pause({"carol"}, fleet_));
  EXPECT_EQ(second.fleet.revision, first.fleet.revision);
  EXPECT_EQ(second.fleet.paused_by, "bob");
  EXPECT_EQ(stores_.Sql("select count(*) from audit_events"), "1");
}

TEST_F(ControlTest, AnUpdateThatChangesNothingIsNoEvent) {
  Start(2);
  const store::PolicyUpdate update{.max_concurrency = 7, .priority = 3};
  FLEET_ASSERT_OK_AND_ASSIGN(const store::FleetRecord first, stores_.controls.Update({"bob"}, fleet_, update));
  FLEET_ASSERT_OK_AND_ASSIGN(const store::FleetRecord second, stores_.controls.Update({"carol"}, fleet_, update));
  EXPECT_EQ(second.fleet.revision, first.fleet.revision);
  EXPECT_EQ(stores_.Sql("select count(*) from audit_events"), "1");
}

TEST_F(ControlTest, CancelsAreAuditedWithWhatWasBefore) {
  Start(2);
  const auto audited = [&] {
    return stores_.Sql("select before || ' ' || after from audit_events order by event_id desc limit 1");
  };
  FLEET_ASSERT_OK(stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(2)).status());
  EXPECT_EQ(audited(), R"({"state":"QUEUED"} {"state":"CANCELLED"})");
  Lease(1);
  FLEET_ASSERT_OK(stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(1)).status());
  EXPECT_EQ(audited(), R"({"state":"SUBMITTED"} {"cancel_requested":"true","state":"SUBMITTED"})");
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"bob"}, fleet_, domain::CancelMode::kDrain).status());
  EXPECT_EQ(audited(), R"({"mode":"none","state":"RUNNING"} {"mode":"DRAIN","state":"CANCELLING"})");
}

TEST_F(ControlTest, PauseDuringExpansionLosesNoChild) {
  fleet_ = stores_.CreateFleet({.targets = 3000});
  FLEET_ASSERT_OK(stores_.controls.Pause({"bob"}, fleet_));
  stores_.ExpandAll();
  EXPECT_EQ(State(), FleetState::kPaused);
  FLEET_ASSERT_OK(stores_.controls.Resume({"bob"}, fleet_));
  EXPECT_EQ(State(), FleetState::kRunning);
  EXPECT_EQ(Count(TaskState::kQueued), 3000);
}

TEST_F(ControlTest, PausedFleetCanBeCancelledAndACancelledOneNotPaused) {
  Start(3);
  FLEET_ASSERT_OK(stores_.controls.Pause({"bob"}, fleet_));
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"bob"}, fleet_, domain::CancelMode::kStop));
  EXPECT_EQ(Reason(stores_.controls.Pause({"bob"}, fleet_).status()), "FLEET_CANCELLING");
  stores_.SweepAll();
  EXPECT_EQ(State(), FleetState::kCancelled);
  const absl::Status refused = stores_.controls.Resume({"bob"}, fleet_).status();
  EXPECT_EQ(Reason(refused), "FLEET_ALREADY_ENDED");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("has ended already; a retry opens it again"));
}

TEST_F(ControlTest, LoweredConcurrencyLetsRunningChildrenFinishAndStartsNothingNew) {
  Start(20);
  const auto leased = Lease(6);
  ASSERT_THAT(leased, SizeIs(6));
  FLEET_ASSERT_OK(checker_.Look());
  FLEET_ASSERT_OK(stores_.controls.Update({"bob"}, fleet_, {.max_concurrency = 2}));
  EXPECT_THAT(stores_.Lease(runner_, lease_seq_ + 1, 5).tasks, SizeIs(0));
  FLEET_ASSERT_OK(checker_.Look());
  for (int i = 0; i < 4; ++i) stores_.Report(runner_, leased[static_cast<std::size_t>(i)], TaskState::kCompleted);
  EXPECT_THAT(stores_.Lease(runner_, lease_seq_ + 1, 5).tasks, SizeIs(0)) << "two are running, as many as may";
  stores_.Report(runner_, leased[4], TaskState::kCompleted);
  EXPECT_THAT(Lease(5), SizeIs(1));
  EXPECT_EQ(stores_.Sql("select before || ' ' || after from audit_events"),
            R"({"max_concurrency":"1000"} {"max_concurrency":"2"})");
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(ControlTest, RaisedPriorityGoesFirstFromTheNextDispatch) {
  Start(5);
  const domain::Ulid other = stores_.CreateFleet({.creator = "zoe", .targets = 5});
  stores_.ExpandAll();
  FLEET_ASSERT_OK(stores_.controls.Update({"bob"}, other, {.priority = 1}));
  for (const store::GrantedTask& task : Lease(5)) EXPECT_EQ(task.id.fleet_id, other);
}

TEST_F(ControlTest, DeadlineEndsQueuedAndActiveChildrenTimedOut) {
  Start(10);
  const auto leased = Lease(2);
  FLEET_ASSERT_OK(checker_.Look());
  FLEET_ASSERT_OK(
      stores_.controls.Update({"bob"}, fleet_, {.sets_deadline = true, .deadline = absl::Now() + absl::Hours(1)}));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto early, stores_.jobs.RunStep(store::JobKind::kDeadline));
  EXPECT_FALSE(early.has_value());
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  EXPECT_THAT(stores_.Lease(runner_, lease_seq_ + 1, 5).tasks, SizeIs(0)) << "before any worker has noticed";
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kDeadline));
  EXPECT_EQ(State(), FleetState::kCancelling);
  stores_.SweepAll();
  FLEET_ASSERT_OK_AND_ASSIGN(const auto orders, stores_.Heartbeat(runner_, 1, leased, lease_seq_));
  ASSERT_THAT(orders, SizeIs(2));
  EXPECT_EQ(orders[0].reason, store::StopOrder::Reason::kTimedOut);
  EXPECT_EQ(stores_.Report(runner_, leased[0], TaskState::kTimedOut).verdict, ReportVerdict::kApply);
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 3");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kEndStragglers));
  EXPECT_EQ(State(), FleetState::kFailed);
  EXPECT_EQ(Count(TaskState::kTimedOut), 10);
  FLEET_EXPECT_OK(checker_.Finish());
}

// One runs at the deadline, one waits for another try, the others never ran.
TEST_F(ControlTest, WhateverTheyDidUntilTheDeadlineItIsOneFailure) {
  Start(4);
  FLEET_ASSERT_OK(
      stores_.controls.Update({"bob"}, fleet_, {.sets_deadline = true, .deadline = absl::Now() + absl::Hours(1)}));
  const auto leased = Lease(2);
  stores_.Report(runner_, leased[1], TaskState::kFailed, domain::FailureCategory::kNetwork);
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kDeadline));
  stores_.SweepAll();
  stores_.Report(runner_, leased[0], TaskState::kTimedOut);
  ASSERT_EQ(State(), FleetState::kFailed);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto groups, stores_.tasks.FailureGroups(kAlice, fleet_));
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_EQ(groups[0].count, 4);
  EXPECT_EQ(groups[0].reason, domain::FailureReason::kDeadlinePassed);
  EXPECT_THAT(groups[0].sample_repos, SizeIs(4));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto page, stores_.tasks.List(kAlice, fleet_, {}, 0, 10));
  for (const store::TaskRecord& record : page.tasks) {
    EXPECT_EQ(record.message, groups[0].message) << record.task.repo;
    EXPECT_EQ(record.reason, groups[0].reason) << record.task.repo;
  }
}

TEST_F(ControlTest, DeadlineBeforeTheExpansionEndsWhatIsStillToCome) {
  fleet_ = stores_.CreateFleet({.targets = 3000});
  FLEET_ASSERT_OK(
      stores_.controls.Update({"bob"}, fleet_, {.sets_deadline = true, .deadline = absl::Now() + absl::Hours(1)}));
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kDeadline));
  stores_.ExpandAll();
  stores_.SweepAll();
  const domain::Fleet fleet = stores_.GetFleet(fleet_);
  EXPECT_EQ(fleet.state, FleetState::kFailed);
  EXPECT_EQ(fleet.rollup.State(TaskState::kTimedOut), 3000);
  EXPECT_EQ(fleet.rollup.categories[static_cast<std::size_t>(domain::FailureCategory::kTimeout)], 3000);
}

TEST_F(ControlTest, DeadlineThatWasPutOffDoesNotEndTheFleet) {
  Start(2);
  const absl::Time later = absl::Now() + absl::Hours(2);
  FLEET_ASSERT_OK(stores_.controls.Update({"bob"}, fleet_, {.sets_deadline = true, .deadline = later}));
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kDeadline));
  EXPECT_EQ(State(), FleetState::kRunning);
  EXPECT_EQ(stores_.Sql("select not_before > clock_timestamp() + interval '1 hour' from fleet_jobs where kind = 5"),
            "t");
  FLEET_ASSERT_OK(stores_.controls.Update({"bob"}, fleet_, {.sets_deadline = true}));
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_jobs"), "0");
}

TEST_F(ControlTest, DeadlineInThePastIsRefused) {
  Start(1);
  EXPECT_THAT(
      stores_.controls.Update({"bob"}, fleet_, {.sets_deadline = true, .deadline = absl::Now() - absl::Hours(1)}),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_jobs"), "0");
}

TEST_F(ControlTest, CancelledQueuedChildEndsAtOnce) {
  Start(3);
  FLEET_ASSERT_OK_AND_ASSIGN(const store::TaskRecord task,
                             stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(2)));
  EXPECT_EQ(task.task.state, TaskState::kCancelled);
  EXPECT_THAT(Lease(5), SizeIs(2));
  FLEET_EXPECT_OK(stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(2)).status());
  EXPECT_EQ(stores_.Sql("select count(*) from audit_events"), "1");
}

TEST_F(ControlTest, CancelledActiveChildIsStoppedAndNeverStartsAgain) {
  Start(3);
  const auto leased = Lease(3);
  FLEET_ASSERT_OK(checker_.Look());
  FLEET_ASSERT_OK(stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(1)));
  EXPECT_EQ(stores_.Report(runner_, leased[0], TaskState::kRunning).verdict, ReportVerdict::kStop);
  EXPECT_EQ(stores_.Report(runner_, leased[1], TaskState::kRunning).verdict, ReportVerdict::kApply);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto orders, stores_.Heartbeat(runner_, 1, leased, lease_seq_));
  ASSERT_THAT(orders, SizeIs(1));
  EXPECT_EQ(orders[0].reason, store::StopOrder::Reason::kCancelled);
  EXPECT_EQ(stores_.Report(runner_, leased[0], TaskState::kFailed, domain::FailureCategory::kNetwork).state,
            TaskState::kCancelled)
      << "a retry would be a start";
  for (int i : {1, 2}) stores_.Report(runner_, leased[static_cast<std::size_t>(i)], TaskState::kCompleted);
  EXPECT_EQ(State(), FleetState::kPartialFailure);
  EXPECT_EQ(Reason(stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(2)).status()),
            "TASK_ALREADY_ENDED");
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(ControlTest, CancelledChildWhoseRunnerDoesNotConfirmIsFencedOff) {
  Start(1);
  const auto leased = Lease(1);
  FLEET_ASSERT_OK(stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(1)));
  FLEET_ASSERT_OK(stores_.Heartbeat(runner_, 1, leased, lease_seq_));
  EXPECT_EQ(Count(TaskState::kSubmitted), 1);
  stores_.Sql("update tasks set cancel_requested_at = clock_timestamp() - interval '31 seconds'");
  FLEET_ASSERT_OK(stores_.Heartbeat(runner_, 2, leased, lease_seq_));
  EXPECT_EQ(Count(TaskState::kCancelled), 1);
  EXPECT_EQ(stores_.Report(runner_, leased[0], TaskState::kCompleted).verdict, ReportVerdict::kLeaseLost);
}

}  // namespace
}  // namespace fleet::testing
