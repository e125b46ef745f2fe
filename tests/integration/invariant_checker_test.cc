// The checker sees every kind of violation: each is planted in an otherwise sound database.
#include "tests/support/invariant_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDropConstraints[] = R"sql(
  alter table fleets drop constraint counters_add_up, drop constraint outcomes_add_up,
    drop constraint failures_add_up, drop constraint ended_only_when_nothing_is_left;
  alter table tasks drop constraint tasks_pkey, drop constraint tasks_fleet_id_repo_key
)sql";

// A fleet of 10 in the middle of its life: 2 completed, 3 leased, 1 waiting out a backoff, 4 fresh.
class PlantedViolationTest : public ::testing::Test {
 protected:
  PlantedViolationTest() : stores_(database_.url(), 10), checker_(database_.url(), InvariantChecker::Mode::kOnDemand) {
    fleet_ = stores_.CreateFleet({});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
    const store::LeaseAnswer leased = stores_.Lease(runner_, 1, 6);
    stores_.Report(runner_, leased.tasks[0], domain::TaskState::kCompleted);
    stores_.Report(runner_, leased.tasks[1], domain::TaskState::kCompleted);
    stores_.Report(runner_, leased.tasks[2], domain::TaskState::kFailed, domain::FailureCategory::kNetwork);
    stores_.Sql(kDropConstraints);
    FLEET_EXPECT_OK(checker_.Look());
    EXPECT_THAT(checker_.violations(), IsEmpty());
  }

  // Runs `statements`, in which FLEET and RUNNER stand for their ids, looks, and says what was found.
  std::vector<std::string> Plant(const std::string& statements) {
    const auto quoted = [](const domain::Ulid& id) { return absl::StrCat("'", id.ToUuid(), "'"); };
    stores_.Sql(absl::StrReplaceAll(statements, {{"FLEET", quoted(fleet_)}, {"RUNNER", quoted(runner_)}}));
    FLEET_EXPECT_OK(checker_.Look());
    return checker_.violations();
  }

  TestDatabase database_;
  TestStores stores_;
  InvariantChecker checker_;
  domain::Ulid fleet_;
  domain::Ulid runner_;
};

TEST_F(PlantedViolationTest, CounterThatDisagreesWithTheRows) {
  EXPECT_THAT(Plant("update fleets set queued = queued + 1, revision = revision"),
              Contains(HasSubstr("counter queued is 6, its rows say 5")));
}

TEST_F(PlantedViolationTest, EveryCounterIsCompared) {
  for (const std::string counter : {"queued",
                                    "submitted",
                                    "hydrating",
                                    "running",
                                    "awaiting_approval",
                                    "finalizing",
                                    "completed",
                                    "failed",
                                    "cancelled",
                                    "timed_out",
                                    "outcome_unspecified",
                                    "outcome_pull_request_opened",
                                    "outcome_pull_request_updated",
                                    "outcome_branch_pushed",
                                    "outcome_no_changes",
                                    "outcome_report_only",
                                    "failures_auth",
                                    "failures_network",
                                    "failures_concurrency",
                                    "failures_compute",
                                    "failures_agent",
                                    "failures_guardrail",
                                    "failures_config",
                                    "failures_timeout",
                                    "failures_blocked",
                                    "failures_unknown"}) {
    const std::string one_more = absl::StrCat("update fleets set ", counter, " = ", counter, " + 1");
    EXPECT_THAT(Plant(one_more), Contains(HasSubstr(absl::StrCat("its counter ", counter, " is"))));
  }
}

TEST_F(PlantedViolationTest, SumThatDisagreesWithTheRows) {
  EXPECT_THAT(Plant("update fleets set cost_micros = 5"), Contains(HasSubstr("its cost_micros is 5, its rows say 0")));
  EXPECT_THAT(Plant("update fleets set known_cost = 1"), Contains(HasSubstr("its known_cost is 1, its rows say 0")));
  EXPECT_THAT(Plant("update fleets set delayed = 0"), Contains(HasSubstr("its delayed is 0, its rows say 1")));
}

TEST_F(PlantedViolationTest, OutcomeMovedWithoutItsCounter) {
  EXPECT_THAT(Plant("update tasks set outcome = 5 where state = 7 and ordinal = 1"),
              Contains(HasSubstr("counter outcome_report_only is 0, its rows say 1")));
}

TEST_F(PlantedViolationTest, CapsExceeded) {
  stores_.Sql("update limits set value = 3 where name in ('system_active', 'user_active')");
  stores_.Sql("update fleets set max_concurrency = 3");
  FLEET_EXPECT_OK(checker_.Look());
  EXPECT_THAT(checker_.violations(), IsEmpty());
  Plant("update tasks set state = 2, attempt = 1, runner_id = RUNNER, leased_at = now() where ordinal = 7");
  EXPECT_THAT(checker_.violations(), Contains(HasSubstr("the system has 4 children active, over the cap of 3")));
  EXPECT_THAT(checker_.violations(), Contains(HasSubstr("user alice has 4 children active, over the cap of 3")));
  EXPECT_THAT(checker_.violations(), Contains(HasSubstr(absl::StrCat("fleet ", fleet_.ToUuid(), " has 4 children"))));
}

TEST_F(PlantedViolationTest, LoweredCapLeavesWhatRunsAndAdmitsNothingMore) {
  EXPECT_THAT(Plant("update limits set value = 1 where name = 'user_active'"), IsEmpty());
  EXPECT_THAT(Plant("select 1"), IsEmpty());
  // One ends and another starts: no more are active than before, but that start was over the cap.
  Plant(
      "update tasks set state = 7 where ordinal = 4; "
      "update tasks set state = 2, attempt = 1, runner_id = RUNNER where ordinal = 7");
  EXPECT_THAT(checker_.violations(), Contains(HasSubstr("user alice has 3 children active, over the cap of 1")));
}

TEST_F(PlantedViolationTest, AttemptThatFalls) {
  EXPECT_THAT(Plant("update tasks set attempt = 0 where ordinal = 4"), Contains(HasSubstr("its attempt fell from 1")));
}

TEST_F(PlantedViolationTest, AttemptGivenToTwoRunners) {
  EXPECT_THAT(Plant("update tasks set runner_id = gen_random_uuid() where ordinal = 4"),
              Contains(HasSubstr("-4: attempt 1 was given to runner")));
}

TEST_F(PlantedViolationTest, GrantOfAnAttemptThatAnotherRunnerHolds) {
  EXPECT_THAT(Plant("insert into lease_grants values (gen_random_uuid(), 1, array[FLEET]::uuid[], '{5}', '{1}')"),
              Contains(HasSubstr("-5: attempt 1 was given to runner")));
}

TEST_F(PlantedViolationTest, AttemptsThatOverlap) {
  stores_.Sql(
      "insert into task_attempts (fleet_id, ordinal, attempt, state, ended_at, leased_at) "
      "select fleet_id, ordinal, 0, 1, leased_at + interval '1 second', leased_at from tasks where ordinal = 4");
  EXPECT_THAT(checker_.Finish(), StatusIs(absl::StatusCode::kInternal, HasSubstr("-4: attempt 1 began before")));
}

TEST_F(PlantedViolationTest, SecondLeaseWithinOneAttempt) {
  EXPECT_THAT(Plant("update tasks set state = 2 where ordinal = 3"),
              Contains(HasSubstr("-3: it went from state 1 to 2 in one attempt")));
}

TEST_F(PlantedViolationTest, LostChild) {
  EXPECT_THAT(Plant("delete from tasks where ordinal = 8"), Contains(HasSubstr("its expanded is 10, its rows say 9")));
  EXPECT_THAT(checker_.Finish(), StatusIs(absl::StatusCode::kInternal, HasSubstr("-8 was lost")));
}

TEST_F(PlantedViolationTest, DoubledChild) {
  stores_.Sql("insert into tasks select * from tasks where ordinal = 8");
  EXPECT_THAT(checker_.Finish(), StatusIs(absl::StatusCode::kInternal, HasSubstr("-8: it is there twice")));
}

TEST_F(PlantedViolationTest, ChildInPlaceOfAnother) {
  Plant("delete from tasks where ordinal = 8; insert into tasks select * from tasks where ordinal = 9");
  EXPECT_THAT(checker_.Finish(), StatusIs(absl::StatusCode::kInternal, HasSubstr("2 children stand for")));
}

TEST_F(PlantedViolationTest, ChildThatStandsForAnotherRepository) {
  EXPECT_THAT(Plant("update tasks set repo = 'org/other' where ordinal = 8"),
              Contains(HasSubstr("stands for org/other, not its target")));
}

TEST_F(PlantedViolationTest, OrdinalsThatAreNotOneToExpanded) {
  EXPECT_THAT(Plant("update tasks set ordinal = 11 where ordinal = 10"),
              Contains(HasSubstr("its ordinals are not 1 to expanded")));
}

TEST_F(PlantedViolationTest, TerminalChildThatMoves) {
  EXPECT_THAT(Plant("update tasks set state = 8, category = 1 where ordinal = 1"),
              Contains(HasSubstr("-1: it was terminal in state 7 outcome 4 and is now in 8")));
  EXPECT_THAT(Plant("update tasks set outcome = 3 where ordinal = 2"),
              Contains(HasSubstr("-2: it was terminal in state 7 outcome 4 and is now in 7 outcome 3")));
}

TEST_F(PlantedViolationTest, TerminalFleetThatMoves) {
  Plant("update fleets set state = 8");
  EXPECT_THAT(Plant("update fleets set state = 3"),
              Contains(HasSubstr("it was terminal in state 8 and is now in state 3")));
}

TEST_F(PlantedViolationTest, RevisionsWithAGap) {
  EXPECT_THAT(Plant("delete from fleet_changes where revision = 3"), Contains(HasSubstr("its feed is not contiguous")));
}

TEST_F(PlantedViolationTest, RevisionWithoutAChangeRow) {
  EXPECT_THAT(Plant("update fleets set revision = revision + 1"), Contains(HasSubstr("its feed is not contiguous")));
}

TEST_F(PlantedViolationTest, RevisionThatFalls) {
  EXPECT_THAT(Plant("update fleets set revision = 1"), Contains(HasSubstr("revision fell from")));
}

TEST_F(PlantedViolationTest, ChildThatMovedWithoutAChangeRow) {
  EXPECT_THAT(Plant("update tasks set state = 3 where ordinal = 4"),
              Contains(HasSubstr("-4 changed and no change row says so")));
}

TEST_F(PlantedViolationTest, FreshChildBehindTheCursor) {
  EXPECT_THAT(Plant("update fleets set next_ordinal = 9"),
              Contains(HasSubstr("a fresh queued child stands before next_ordinal")));
}

TEST_F(PlantedViolationTest, FleetThatEndedTooEarly) {
  EXPECT_THAT(Plant("update fleets set state = 7, ended_at = now()"),
              Contains(HasSubstr("it has ended with children queued or active")));
  EXPECT_THAT(Plant("update fleets set total = 11"), Contains(HasSubstr("ended before every child was enqueued")));
}

TEST_F(PlantedViolationTest, FleetThatDoesNotEnd) {
  EXPECT_THAT(Plant("update tasks set state = 7"), Contains(HasSubstr("nothing is left to do, but it has not ended")));
}

TEST_F(PlantedViolationTest, FleetInTheWrongTerminalState) {
  EXPECT_THAT(Plant("update fleets set state = 6"), Contains(HasSubstr("it is COMPLETED, but not every child is")));
  EXPECT_THAT(Plant("update fleets set state = 8"), Contains(HasSubstr("it is FAILED, but a child completed")));
  EXPECT_THAT(Plant("update fleets set state = 9"), Contains(HasSubstr("it is CANCELLED, but nobody cancelled it")));
  EXPECT_THAT(Plant("update fleets set state = 7, completed = 0"),
              Contains(HasSubstr("none or all children completed")));
}

TEST_F(PlantedViolationTest, ChildStartedInACancelledFleet) {
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"alice"}, fleet_, domain::CancelMode::kDrain));
  EXPECT_THAT(Plant("select 1"), IsEmpty());
  EXPECT_THAT(Plant("update tasks set state = 2, attempt = 1, runner_id = RUNNER where ordinal = 7"),
              Contains(HasSubstr("a child was started though it was cancelled")));
}

TEST_F(PlantedViolationTest, LeaseOfARunnerThatIsGone) {
  EXPECT_THAT(Plant("update runners set state = 3"), Contains(HasSubstr("-4 is leased to runner")));
}

TEST_F(PlantedViolationTest, LeaseThatNoGrantHolds) {
  EXPECT_THAT(Plant("delete from lease_grants"), Contains(HasSubstr("by a grant that is not there")));
}

TEST_F(PlantedViolationTest, FleetThatIsGone) {
  Plant("delete from fleets");
  EXPECT_THAT(checker_.violations(), Contains(HasSubstr("is gone")));
  EXPECT_THAT(checker_.violations(), Contains(HasSubstr("has children but no row")));
}

TEST_F(PlantedViolationTest, TargetsThatChanged) {
  stores_.Sql("update fleet_targets set repos[1] = 'org/other'");
  EXPECT_THAT(checker_.Finish(), StatusIs(absl::StatusCode::kInternal, HasSubstr("its frozen targets changed")));
}

TEST_F(PlantedViolationTest, QueryThatFails) {
  stores_.Sql("drop table lease_grants");
  EXPECT_FALSE(checker_.Look().ok());
  EXPECT_THAT(checker_.violations(), Contains(HasSubstr("the checker cannot read")));
}

TEST_F(PlantedViolationTest, NoneIsFoundInASoundRun) {
  const store::LeaseAnswer again = stores_.Lease(runner_, 2, 10);
  for (const store::GrantedTask& task : again.tasks) stores_.Report(runner_, task, domain::TaskState::kRunning);
  EXPECT_THAT(Plant("select 1"), IsEmpty());
  for (const store::GrantedTask& task : again.tasks) stores_.Report(runner_, task, domain::TaskState::kCompleted);
  FLEET_EXPECT_OK(checker_.Finish());
  EXPECT_GE(checker_.snapshots_in_flight(), 2);
}

// A fleet that is open for targets, with 5 of them so far.
class PlantedInAnOpenFleetTest : public PlantedViolationTest {
 protected:
  PlantedInAnOpenFleetTest() {
    store::NewFleet fleet = stores_.NewFleet({.targets = 5});
    fleet.open_targets = true;
    fleet_ = fleet.id;
    FLEET_EXPECT_OK(stores_.fleets.Create(kAlice, fleet).status());
    FLEET_EXPECT_OK(checker_.Look());
    EXPECT_THAT(checker_.violations(), IsEmpty());
  }
  // What a part with one target does, but for what is left out.
  std::vector<std::string> PlantPart(const std::string& total, const std::string& repos) {
    return Plant(
        absl::StrCat("update fleets set revision = revision + 1, total = ", total,
                     " where fleet_id = FLEET; insert into fleet_changes (fleet_id, revision) select fleet_id, "
                     "revision from fleets where fleet_id = FLEET; update fleet_targets set repos = ",
                     repos, " where fleet_id = FLEET"));
  }
};

TEST_F(PlantedInAnOpenFleetTest, ItsTargetsGrowWithItsTotal) {
  EXPECT_THAT(PlantPart("6", "repos || array['org/repo-000006']"), IsEmpty());
  EXPECT_THAT(PlantPart("8", "repos || array['org/repo-000007']"), Contains(HasSubstr("total is 8, it has 7 targets")));
}

TEST_F(PlantedInAnOpenFleetTest, ItsTargetsNeitherChangeNorFall) {
  EXPECT_THAT(PlantPart("5", "array_prepend('org/repo-000009', repos[2:])"),
              Contains(HasSubstr("its frozen targets changed")));
}

TEST_F(PlantedInAnOpenFleetTest, ItEndsAsSoonAsItIsToEndAndIsNotOpenedAgain) {
  EXPECT_THAT(Plant("update fleets set cancel_mode = 1 where fleet_id = FLEET"),
              Contains(HasSubstr("is to end and has not")));
  EXPECT_THAT(
      Plant("alter table fleets drop constraint no_child_before_the_seal; update fleets set open_targets = true"),
      Contains(HasSubstr("it was sealed and is open again")));
}

TEST(InvariantCheckerTest, RunWithoutASnapshotInFlightIsVoid) {
  const TestDatabase database;
  TestStores stores(database.url(), 3);
  InvariantChecker checker(database.url());
  ASSERT_TRUE(checker.AwaitSnapshots(2));
  EXPECT_THAT(checker.Finish(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("void")));
}

TEST(InvariantCheckerTest, OutlivesARestartOfTheDatabase) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto server, PostgresServer::Start());
  const TestDatabase database(*server);
  TestStores stores(database.url(), 3);
  stores.CreateFleet({.targets = 3});
  InvariantChecker checker(database.url());
  ASSERT_TRUE(checker.AwaitSnapshots(2));
  FLEET_ASSERT_OK(server->StopImmediate());
  FLEET_ASSERT_OK(server->Restart());
  ASSERT_TRUE(checker.AwaitSnapshots(2));
  FLEET_EXPECT_OK(checker.Finish());
}

// Transactions that came to nothing leave no trace that a crash must keep: their numbers are given out again, below the
// number from which the checker would read.
TEST(InvariantCheckerTest, SeesWhatIsWrittenUnderNumbersThatACrashGivesOutAgain) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto server, PostgresServer::Start({.settings = {"wal_writer_delay = '10s'"}}));
  const TestDatabase database(*server);
  TestStores stores(database.url(), 4);
  const domain::Ulid fleet = stores.CreateFleet({.targets = 4, .max_concurrency = 3});
  stores.ExpandAll();
  const domain::Ulid runner = stores.RegisterRunner();
  const store::LeaseAnswer leased = stores.Lease(runner, 1, 3);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(stores.Lease(runner, 2, 1).tasks.empty());
  InvariantChecker checker(database.url(), InvariantChecker::Mode::kOnDemand);
  FLEET_EXPECT_OK(checker.Look());
  FLEET_ASSERT_OK(server->StopImmediate());
  FLEET_ASSERT_OK(server->Restart());
  ASSERT_TRUE(WaitUntil([&] { return stores.fleets.Get(kAlice, fleet).ok(); }));
  stores.Report(runner, leased.tasks[0], domain::TaskState::kCompleted);
  ASSERT_TRUE(WaitUntil([&] { return checker.Look().ok(); }));
  FLEET_EXPECT_OK(checker.Finish());
}

}  // namespace
}  // namespace fleet::testing
