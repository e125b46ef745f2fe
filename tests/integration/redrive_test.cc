// RetryFleet: ended children go again, as a new generation.
#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/domain/failure.h"
#include "common/status/error_info.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::FailureCategory;
using domain::FleetState;
using domain::ReportVerdict;
using domain::TaskState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RedriveTest : public ::testing::Test {
 protected:
  // Ten children: 1 to 6 completed, 7 and 8 failed (agent), 9 failed (auth), 10 cancelled by itself.
  void End() {
    fleet_ = stores_.CreateFleet({.targets = 10});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
    FLEET_ASSERT_OK(stores_.controls.CancelTask({"bob"}, fleet_, TestStores::RepoName(10)));
    leased_ = stores_.Lease(runner_, 1, 10).tasks;
    FLEET_ASSERT_OK(checker_.Look());
    for (std::size_t i = 0; i < 9; ++i) {
      const bool completes = i < 6;
      stores_.Report(runner_, leased_[i], completes ? TaskState::kCompleted : TaskState::kFailed,
                     i < 8 ? FailureCategory::kAgent : FailureCategory::kAuth);
    }
    ASSERT_EQ(State(), FleetState::kPartialFailure);
  }
  store::NewGeneration Request() {
    store::NewGeneration request;
    request.fleet_id = fleet_;
    request.states = {TaskState::kFailed, TaskState::kTimedOut, TaskState::kCancelled};
    return request;
  }
  absl::StatusOr<domain::FleetIntent> IntentOf(int32_t generation) {
    FLEET_ASSIGN_OR_RETURN(const store::GenerationDetails details,
                           stores_.details.ReadGeneration({fleet_, generation}));
    return details.intent;
  }
  void RedriveAll() {
    while (stores_.jobs.RunStep(store::JobKind::kRedrive)->has_value()) continue;
  }
  FleetState State() { return stores_.GetFleet(fleet_).state; }
  int32_t Count(TaskState state) { return stores_.GetFleet(fleet_).rollup.State(state); }
  std::string Reason(const absl::Status& status) { return GetErrorInfo(status).reason; }

  TestDatabase database_;
  TestStores stores_{database_.url(), 3000};
  InvariantChecker checker_{database_.url(), InvariantChecker::Mode::kOnDemand};
  domain::Ulid fleet_;
  domain::Ulid runner_;
  std::vector<store::GrantedTask> leased_;
};

TEST_F(RedriveTest, FailedChildrenGoAgainAndTheOthersStay) {
  End();
  FLEET_ASSERT_OK_AND_ASSIGN(const auto retried, stores_.redrives.Redrive(kBob, Request()));
  EXPECT_EQ(retried.record.fleet.generation, 2);
  EXPECT_EQ(State(), FleetState::kRunning) << "open before a worker has moved a child";
  FLEET_ASSERT_OK(checker_.Look());
  RedriveAll();
  EXPECT_EQ(Count(TaskState::kQueued), 4);
  EXPECT_EQ(Count(TaskState::kCompleted), 6);
  const auto again = stores_.Lease(runner_, 2, 10).tasks;
  ASSERT_THAT(again, SizeIs(4));
  EXPECT_EQ(again[0].id.ordinal, 7);
  EXPECT_EQ(again[0].attempt, 2) << "never reset";
  EXPECT_EQ(stores_.GetTask(again[0].id).tries, 0);
  FLEET_ASSERT_OK(checker_.Look());
  EXPECT_EQ(stores_.Report(runner_, leased_[6], TaskState::kFailed).verdict, ReportVerdict::kLeaseLost);
  for (const auto& task : again) stores_.Report(runner_, task, TaskState::kCompleted);
  EXPECT_EQ(State(), FleetState::kCompleted);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto attempts, stores_.tasks.Attempts(kAlice, fleet_, TestStores::RepoName(7)));
  ASSERT_THAT(attempts, SizeIs(2));
  EXPECT_EQ(attempts[0].generation, 2);
  EXPECT_EQ(attempts[1].state, TaskState::kFailed);
  EXPECT_EQ(attempts[1].generation, 1);
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(RedriveTest, SelectsByCategoryFingerprintAndRepository) {
  End();
  store::NewGeneration by_category = Request();
  by_category.categories = {FailureCategory::kAuth};
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, by_category).status());
  RedriveAll();
  EXPECT_EQ(Count(TaskState::kQueued), 1);
  EXPECT_EQ(stores_.GetTask({fleet_, 9}).state, TaskState::kQueued);

  FLEET_ASSERT_OK_AND_ASSIGN(const auto groups, stores_.tasks.FailureGroups(kAlice, fleet_));
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_EQ(groups[0].count, 2);
  EXPECT_THAT(groups[0].sample_repos, ::testing::ElementsAre(TestStores::RepoName(7), TestStores::RepoName(8)));
  store::NewGeneration by_fingerprint = Request();
  by_fingerprint.fingerprints = {groups[0].fingerprint};
  by_fingerprint.repos = {"ORG/REPO-000008"};
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, by_fingerprint).status());
  RedriveAll();
  EXPECT_EQ(stores_.GetTask({fleet_, 8}).state, TaskState::kQueued);
  EXPECT_EQ(stores_.GetTask({fleet_, 8}).generation, 3);
  EXPECT_EQ(stores_.GetTask({fleet_, 7}).state, TaskState::kFailed);
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(RedriveTest, IsAuditedWithWhatWasChosenAndChanged) {
  End();
  store::NewGeneration request = Request();
  request.states = {TaskState::kFailed};
  request.categories = {FailureCategory::kAgent, FailureCategory::kAuth};
  for (int i = 0; i < 21; ++i) request.repos.push_back(TestStores::RepoName(7));
  request.task_description = "Do it better";
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, request).status());
  const std::string after = stores_.Sql("select after from audit_events where action = 'RetryFleet'");
  EXPECT_THAT(after, ::testing::HasSubstr(R"("categories":"AGENT,AUTH","generation":"2")"));
  EXPECT_THAT(after, ::testing::HasSubstr(TestStores::RepoName(7) + " and 1 more"));
  EXPECT_THAT(after, ::testing::HasSubstr(R"("states":"FAILED","task_description":"changed")"));
}

TEST_F(RedriveTest, AmendedGenerationRunsWithWhatIsNew) {
  End();
  store::NewGeneration request = Request();
  request.task_description = "Do it better";
  request.parameters = domain::Parameters{{"owner", "acme"}};
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, request).status());
  FLEET_ASSERT_OK_AND_ASSIGN(const domain::FleetIntent first, IntentOf(1));
  FLEET_ASSERT_OK_AND_ASSIGN(const domain::FleetIntent second, IntentOf(2));
  EXPECT_NE(first.task_description, "Do it better");
  EXPECT_EQ(second.task_description, "Do it better");
  EXPECT_EQ(second.parameters.at("owner"), "acme");
  EXPECT_EQ(second.resolved_workflow, first.resolved_workflow);
  EXPECT_EQ(stores_.fleets.Get(kAlice, fleet_)->intent.task_description, "Do it better");
}

TEST_F(RedriveTest, WhatIsNewIsHeldAgainstTheChosenChildrensOwnParameters) {
  End();
  std::vector<std::string> told;
  int asked = 0;
  store::NewGeneration request = Request();
  request.parameters = domain::Parameters{{"owner", "acme"}};
  request.accept = [&](const std::string&, const domain::Parameters& parameters, const store::ReadRetried& read) {
    ++asked;
    EXPECT_EQ(parameters.at("owner"), "acme");
    told.clear();
    if (read == nullptr) return absl::InvalidArgumentError("none has its own");
    EXPECT_THAT(read([&](const store::RetriedChild& child) {
                  told.push_back(child.repo + " " + absl::StrJoin(child.parameter_names, ","));
                }),
                IsOk());
    return absl::InvalidArgumentError("they lack it");
  };
  EXPECT_THAT(stores_.redrives.Redrive(kBob, request),
              StatusIs(absl::StatusCode::kInvalidArgument, "none has its own"));
  stores_.Sql("update fleets set has_parameters = true");
  stores_.Sql(
      R"(insert into task_parameters select fleet_id, n, '{"A":"x","b":"\"y"}' from fleets, unnest('{1,8}'::int[]) n)");
  EXPECT_THAT(stores_.redrives.Redrive(kBob, request), StatusIs(absl::StatusCode::kInvalidArgument, "they lack it"));
  EXPECT_THAT(told, ElementsAre(TestStores::RepoName(7) + " ", TestStores::RepoName(8) + " A,b",
                                TestStores::RepoName(9) + " ", TestStores::RepoName(10) + " "));
  request.categories = {FailureCategory::kAgent};
  request.repos = {TestStores::RepoName(8), TestStores::RepoName(9)};
  EXPECT_THAT(stores_.redrives.Redrive(kBob, request), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(told, ElementsAre(TestStores::RepoName(8) + " A,b"));
  request.parameters.reset();
  FLEET_EXPECT_OK(stores_.redrives.Redrive(kBob, request).status()) << "nothing is new";
  EXPECT_EQ(asked, 3);
}

TEST_F(RedriveTest, ABranchIsReplacedInTheGenerationThatAskedAlone) {
  End();
  store::NewGeneration request = Request();
  request.states = {TaskState::kFailed};
  request.replace_branch = true;
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, request).status());
  EXPECT_THAT(stores_.Sql("select after from audit_events where action = 'RetryFleet'"),
              ::testing::HasSubstr(R"("replace_branch":"true")"));
  RedriveAll();
  request.states = {TaskState::kCompleted};
  request.replace_branch = false;
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, request).status());
  FLEET_ASSERT_OK_AND_ASSIGN(const domain::FleetIntent first, IntentOf(1));
  FLEET_ASSERT_OK_AND_ASSIGN(const domain::FleetIntent second, IntentOf(2));
  FLEET_ASSERT_OK_AND_ASSIGN(const domain::FleetIntent third, IntentOf(3));
  EXPECT_FALSE(first.replace_branch);
  EXPECT_TRUE(second.replace_branch);
  EXPECT_FALSE(third.replace_branch);
}

TEST_F(RedriveTest, AChildKeepsWhatItsBranchHoldsUntilItCompletesAgain) {
  fleet_ = stores_.CreateFleet({.targets = 1});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  int64_t seq = 0;
  // Ends the child with the commit, or failed without, and returns what it was leased with.
  const auto end = [&](TaskState state, const std::string& commit) {
    const std::vector<store::GrantedTask> leased = stores_.Lease(runner_, ++seq, 1).tasks;
    EXPECT_THAT(leased, SizeIs(1));
    const auto details = stores_.details.Read({leased[0].id}, [](const auto&) { return false; });
    domain::TaskReport report;
    report.task = leased[0].id;
    report.attempt = leased[0].attempt;
    report.runner_id = runner_;
    report.state = state;
    if (state == TaskState::kFailed) report.category = FailureCategory::kGuardrail;
    report.commit = commit;
    EXPECT_THAT(stores_.reports.Apply({report}), IsOk());
    store::NewGeneration request = Request();
    request.states.push_back(TaskState::kCompleted);
    EXPECT_THAT(stores_.redrives.Redrive(kBob, request), IsOk());
    RedriveAll();
    return details.ok() && details->tasks.size() == 1 ? details->tasks[0].commit : "none";
  };
  EXPECT_EQ(end(TaskState::kCompleted, "c0ffee"), "");
  EXPECT_EQ(end(TaskState::kFailed, "bad"), "c0ffee");
  EXPECT_EQ(stores_.GetTask({fleet_, 1}).commit, "c0ffee");
  EXPECT_EQ(end(TaskState::kCompleted, ""), "c0ffee");
  EXPECT_EQ(end(TaskState::kFailed, ""), "");
}

TEST_F(RedriveTest, ReplayGivesTheSameGenerationAndAnotherPayloadIsRefused) {
  End();
  store::NewGeneration request = Request();
  request.request_id = "again";
  request.request_fingerprint = "a";
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, request).status());
  FLEET_ASSERT_OK_AND_ASSIGN(const auto replay, stores_.redrives.Redrive(kBob, request));
  EXPECT_TRUE(replay.replayed);
  EXPECT_EQ(replay.record.fleet.generation, 2);
  request.request_fingerprint = "b";
  EXPECT_EQ(Reason(stores_.redrives.Redrive(kBob, request).status()), "REQUEST_ID_REUSED");
}

TEST_F(RedriveTest, RefusesWhatCannotBeRetried) {
  End();
  store::NewGeneration nothing = Request();
  nothing.states = {TaskState::kTimedOut};
  EXPECT_EQ(Reason(stores_.redrives.Redrive(kBob, nothing).status()), "NOTHING_TO_RETRY");
  store::NewGeneration unknown = Request();
  unknown.repos = {"org/nowhere"};
  EXPECT_THAT(stores_.redrives.Redrive(kBob, unknown), StatusIs(absl::StatusCode::kInvalidArgument));
  unknown.states = {TaskState::kTimedOut};
  EXPECT_THAT(stores_.redrives.Redrive(kBob, unknown), StatusIs(absl::StatusCode::kInvalidArgument))
      << "what is no repository of this fleet is a mistake, whatever else there is to say";
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  EXPECT_EQ(Reason(stores_.redrives.Redrive(kBob, Request()).status()), "RETRY_IN_PROGRESS");
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"bob"}, fleet_, domain::CancelMode::kStop));
  EXPECT_EQ(Reason(stores_.redrives.Redrive(kBob, Request()).status()), "FLEET_CANCELLING");
  RedriveAll();
  stores_.SweepAll();
  EXPECT_EQ(State(), FleetState::kCancelled) << "the redrive ended without moving a child";
  EXPECT_EQ(Count(TaskState::kFailed), 3);
}

TEST_F(RedriveTest, CancelledFleetGoesAgainAndTheOldCancelDoesNotTouchIt) {
  fleet_ = stores_.CreateFleet({.targets = 2500});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  const auto leased = stores_.Lease(runner_, 1, 1).tasks;
  FLEET_ASSERT_OK(checker_.Look());
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"bob"}, fleet_, domain::CancelMode::kStop));
  stores_.SweepAll();
  stores_.Report(runner_, leased[0], TaskState::kCancelled);
  ASSERT_EQ(State(), FleetState::kCancelled);
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_jobs where kind <> 4"), "0") << "the stragglers' job of before";
  RedriveAll();
  EXPECT_EQ(State(), FleetState::kRunning);
  EXPECT_EQ(Count(TaskState::kQueued), 2500);
  EXPECT_EQ(stores_.Lease(runner_, 2, 1).tasks[0].id.ordinal, 1) << "the cursor is rewound";
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(RedriveTest, ADeadlineThatPassedAfterTheFleetEndedIsForgotten) {
  End();
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  EXPECT_EQ(stores_.GetFleet(fleet_).policy.deadline, std::nullopt);
  RedriveAll();
  EXPECT_THAT(stores_.Lease(runner_, 2, 10).tasks, SizeIs(4));
  FLEET_EXPECT_OK(checker_.Finish());
}

// The remedy says what to do in this order.
TEST_F(RedriveTest, TheRemedyOfAPassedDeadlineWorks) {
  EXPECT_THAT(
      std::string(domain::KindOf(domain::FailureReason::kDeadlinePassed).remedy),
      HasSubstr("Retry what is missing: that runs without a deadline, until fleetctl update gives it a new one"));
  const auto set_deadline = [this] {
    const absl::Time later = absl::Now() + absl::Hours(1);
    return stores_.controls.Update(kBob, fleet_, {.sets_deadline = true, .deadline = later}).status();
  };
  fleet_ = stores_.CreateFleet({.targets = 4});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  FLEET_ASSERT_OK(set_deadline());
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kDeadline));
  stores_.SweepAll();
  ASSERT_EQ(State(), FleetState::kFailed);
  EXPECT_FALSE(set_deadline().ok()) << "of an ended fleet it cannot be moved";
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  EXPECT_EQ(stores_.GetFleet(fleet_).policy.deadline, std::nullopt);
  RedriveAll();
  FLEET_EXPECT_OK(set_deadline());
  EXPECT_THAT(stores_.Lease(runner_, 1, 10).tasks, SizeIs(4));
}

TEST_F(RedriveTest, ADeadlineStillToComeEndsTheNextGenerationToo) {
  End();
  stores_.Sql("update fleets set deadline = clock_timestamp() + interval '1 hour'");
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  RedriveAll();
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_jobs where kind = 5"), "1");
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kDeadline));
  stores_.SweepAll();
  EXPECT_EQ(State(), FleetState::kPartialFailure);
  EXPECT_EQ(Count(TaskState::kTimedOut), 4);
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(RedriveTest, AFleetThatEndedWhilePausedGoesAgainAtOnce) {
  fleet_ = stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  const auto leased = stores_.Lease(runner_, 1, 2).tasks;
  FLEET_ASSERT_OK(checker_.Look());
  FLEET_ASSERT_OK(stores_.controls.Pause({"bob"}, fleet_).status());
  for (const auto& task : leased) stores_.Report(runner_, task, TaskState::kFailed, FailureCategory::kAgent);
  ASSERT_EQ(State(), FleetState::kFailed);
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  EXPECT_EQ(State(), FleetState::kRunning);
  EXPECT_EQ(stores_.GetFleet(fleet_).paused_by, "");
  RedriveAll();
  EXPECT_THAT(stores_.Lease(runner_, 2, 10).tasks, SizeIs(2));
  FLEET_EXPECT_OK(checker_.Finish());
}

TEST_F(RedriveTest, ReopeningCountsAgainstTheLimitOfOpenFleets) {
  End();
  stores_.Sql("update limits set value = 1 where name = 'open_fleets_user'");
  const domain::Ulid other = stores_.CreateFleet({.targets = 1});
  EXPECT_EQ(Reason(stores_.redrives.Redrive(kBob, Request()).status()), "OPEN_FLEETS_LIMIT");
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"bob"}, other, domain::CancelMode::kStop));
  stores_.ExpandAll();
  stores_.SweepAll();
  FLEET_EXPECT_OK(stores_.redrives.Redrive(kBob, Request()).status());
}

TEST_F(RedriveTest, ARetryOfARunningFleetTakesASubmitTokenToo) {
  fleet_ = stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  const auto leased = stores_.Lease(runner_, 1, 1).tasks;
  ASSERT_THAT(leased, SizeIs(1));
  stores_.Report(runner_, leased[0], TaskState::kFailed, FailureCategory::kAgent);
  stores_.Sql("update limits set value = 2 where name = 'submit_rate_user'");
  stores_.Sql("update users set submit_tokens = 1, submit_at = clock_timestamp()");
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  EXPECT_EQ(State(), FleetState::kRunning);
  EXPECT_EQ(Reason(stores_.redrives.Redrive(kBob, Request()).status()), "SUBMIT_RATE_LIMIT");
}

TEST_F(RedriveTest, RunningFleetRetriesWhatFailedWhileTheRestGoesOn) {
  fleet_ = stores_.CreateFleet({.targets = 4});
  stores_.ExpandAll();
  runner_ = stores_.RegisterRunner();
  const auto leased = stores_.Lease(runner_, 1, 3).tasks;
  FLEET_ASSERT_OK(checker_.Look());
  stores_.Report(runner_, leased[0], TaskState::kFailed, FailureCategory::kAgent);
  FLEET_ASSERT_OK(stores_.redrives.Redrive(kBob, Request()).status());
  RedriveAll();
  EXPECT_EQ(Count(TaskState::kQueued), 2);
  const auto again = stores_.Lease(runner_, 2, 5).tasks;
  ASSERT_THAT(again, SizeIs(2));
  EXPECT_EQ(again[0].id.ordinal, 1);
  EXPECT_EQ(again[1].id.ordinal, 4);
  FLEET_EXPECT_OK(checker_.Finish());
}

}  // namespace
}  // namespace fleet::testing
