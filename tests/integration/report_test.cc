// Reports: late, repeated, foreign and poisoned ones, against the real database.
#include <gtest/gtest.h>

#include <future>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/dispatch/report_batcher.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::FailureCategory;
using domain::ReportVerdict;
using domain::TaskState;

class ReportTest : public ::testing::Test {
 protected:
  ReportTest() : stores_(database_.url(), 20), checker_(database_.url(), InvariantChecker::Mode::kOnDemand) {
    fleet_ = stores_.CreateFleet({.targets = 20, .max_tries = 2});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
    leased_ = stores_.Lease(runner_, 1, 8).tasks;
    FLEET_EXPECT_OK(checker_.Look());
  }
  ~ReportTest() override { FLEET_EXPECT_OK(checker_.Finish()); }

  // All of the database that a report could change.
  std::string Picture() const {
    return stores_.Sql(
        "select (select md5(string_agg(t::text, '|' order by t.ordinal)) from tasks t) || (select f::text from fleets "
        "f) "
        "|| (select count(*) from fleet_changes) || (select count(*) from task_attempts)");
  }
  // Expects that the report changes nothing at all and is answered `verdict`.
  void ExpectNoEffect(ReportVerdict verdict, const domain::Ulid& runner, const store::GrantedTask& task,
                      TaskState state) {
    const std::string before = Picture();
    EXPECT_EQ(stores_.Report(runner, task, state).verdict, verdict);
    EXPECT_EQ(Picture(), before);
    FLEET_EXPECT_OK(checker_.Look());
  }
  void LoseRunner() {
    stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour'");
    FLEET_ASSERT_OK(stores_.runners.MarkLost(absl::Seconds(30)));
    while (stores_.runners.ReclaimStep()->has_value()) continue;
    FLEET_ASSERT_OK(checker_.Look());
  }

  TestDatabase database_;
  TestStores stores_;
  InvariantChecker checker_;
  domain::Ulid fleet_;
  domain::Ulid runner_;
  std::vector<store::GrantedTask> leased_;
};

TEST_F(ReportTest, RepeatedEndIsAnsweredOkAndChangesNothing) {
  ASSERT_EQ(stores_.Report(runner_, leased_[0], TaskState::kCompleted).verdict, ReportVerdict::kApply);
  ExpectNoEffect(ReportVerdict::kRepeat, runner_, leased_[0], TaskState::kCompleted);
}

TEST_F(ReportTest, RepeatedProgressIsAnsweredOkAndChangesNothing) {
  ASSERT_EQ(stores_.Report(runner_, leased_[0], TaskState::kRunning).verdict, ReportVerdict::kApply);
  ExpectNoEffect(ReportVerdict::kRepeat, runner_, leased_[0], TaskState::kRunning);
  ExpectNoEffect(ReportVerdict::kRepeat, runner_, leased_[0], TaskState::kHydrating);
}

TEST_F(ReportTest, AnApprovalThatWasGivenShows) {
  for (const TaskState state : {TaskState::kRunning, TaskState::kAwaitingApproval, TaskState::kRunning}) {
    ASSERT_EQ(stores_.Report(runner_, leased_[0], state).verdict, ReportVerdict::kApply);
    EXPECT_EQ(stores_.GetTask(leased_[0].id).state, state);
    EXPECT_EQ(stores_.GetFleet(fleet_).rollup.State(state), 1);
  }
  ExpectNoEffect(ReportVerdict::kRepeat, runner_, leased_[0], TaskState::kRunning);
}

TEST_F(ReportTest, TheSummaryOfACompletedChildIsListedAndInTheFeed) {
  domain::TaskReport report;
  report.task = leased_[0].id;
  report.attempt = leased_[0].attempt;
  report.runner_id = runner_;
  report.state = TaskState::kCompleted;
  report.outcome = domain::Outcome::kNoChanges;
  report.texts.summary = "no CODEOWNERS";
  const int64_t before = stores_.GetFleet(fleet_).revision;
  FLEET_ASSERT_OK(stores_.reports.Apply({report}).status());
  ASSERT_EQ(stores_.Report(runner_, leased_[1], TaskState::kCompleted).verdict, ReportVerdict::kApply);
  FLEET_ASSERT_OK_AND_ASSIGN(const store::TaskPage page, stores_.tasks.List({"alice"}, fleet_, {}, 0, 2));
  EXPECT_EQ(page.tasks[0].summary, "no CODEOWNERS");
  EXPECT_EQ(page.tasks[1].summary, "");
  FLEET_ASSERT_OK_AND_ASSIGN(const store::ChangedTasks changes,
                             stores_.feed.ReadChanges(fleet_, before, stores_.GetFleet(fleet_).revision));
  ASSERT_EQ(changes.tasks.size(), 2U);
  EXPECT_EQ(changes.tasks[0].summary, "no CODEOWNERS");
}

TEST_F(ReportTest, TheFeedTellsWhetherChildrenHaveChanged) {
  const int64_t before = stores_.GetFleet(fleet_).revision;
  const auto is_unchanged = [&](int64_t since, int32_t first, int32_t last) {
    const auto standing = stores_.feed.ReadStanding(fleet_, since, first, last);
    FLEET_EXPECT_OK(standing);
    if (!standing.ok()) return false;
    EXPECT_EQ(standing->revision, stores_.GetFleet(fleet_).revision);
    return standing->unchanged;
  };
  EXPECT_TRUE(is_unchanged(before, 1, 20));
  // One change row with neighbours, one with a list.
  domain::TaskReport report;
  report.runner_id = runner_;
  report.state = TaskState::kRunning;
  std::vector<domain::TaskReport> listed;
  for (const std::size_t i : std::vector<std::size_t>{3, 5, 7}) {
    report.task = leased_[i].id;
    report.attempt = leased_[i].attempt;
    listed.push_back(report);
  }
  ASSERT_EQ(stores_.Report(runner_, leased_[0], TaskState::kRunning).verdict, ReportVerdict::kApply);
  FLEET_ASSERT_OK(stores_.reports.Apply(listed).status());
  const auto at = [&](std::size_t i) { return leased_[i].id.ordinal; };
  for (const std::size_t changed : std::vector<std::size_t>{0, 3, 5, 7})
    EXPECT_FALSE(is_unchanged(before, at(changed), at(changed)));
  for (const std::size_t other : std::vector<std::size_t>{1, 2, 4, 6})
    EXPECT_TRUE(is_unchanged(before, at(other), at(other)));
  EXPECT_FALSE(is_unchanged(before, at(4), at(6)));
  EXPECT_TRUE(is_unchanged(before + 1, at(0), at(2)));
  EXPECT_TRUE(is_unchanged(before, 15, std::numeric_limits<int32_t>::max()));
  EXPECT_FALSE(is_unchanged(0, 15, 20)) << "they have been enqueued since";
  EXPECT_FALSE(is_unchanged(before + 3, 1, 20)) << "the database went back in time";
  EXPECT_THAT(stores_.feed.ReadStanding(runner_, 1, 1, 20), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ReportTest, APullRequestIsOfTheHostThatTheChildIsClonedFrom) {
  const auto report = [&](std::size_t i, const std::string& url) {
    domain::TaskReport said;
    said.task = leased_[i].id;
    said.attempt = leased_[i].attempt;
    said.runner_id = runner_;
    said.state = TaskState::kCompleted;
    said.outcome = domain::Outcome::kPullRequestOpened;
    said.commit = "c0ffee";
    said.pull_request_url = url;
    return said;
  };
  stores_.Sql(
      "with gone as (delete from repositories where repo = 'org/repo-000003' returning *) insert into "
      "deleted_repositories (repo_key, clone_url, default_branch) select repo_key, 'ssh://git@old.invalid/x', '' "
      "from gone");
  FLEET_ASSERT_OK(
      stores_.reports
          .Apply({report(0, "https://git.invalid/org/repo-000001/pull/7"),
                  report(1, "https://forge.test/org/repo-000002/pull/7"), report(2, "https://old.invalid/x/pull/7"),
                  report(3, "https://git.invalid@forge.test/"), report(4, ""), report(5, std::string(2001, 'u'))})
          .status());
  FLEET_ASSERT_OK_AND_ASSIGN(const store::TaskPage page, stores_.tasks.List(kAlice, fleet_, {}, 0, 6));
  std::vector<std::string> urls;
  for (const store::TaskRecord& record : page.tasks) {
    EXPECT_EQ(record.task.state, TaskState::kCompleted) << "no result is lost";
    urls.push_back(record.task.pull_request_url);
  }
  EXPECT_EQ(urls, (std::vector<std::string>{"https://git.invalid/org/repo-000001/pull/7", "",
                                            "https://old.invalid/x/pull/7", "", "", ""}));
  const domain::Rollup rollup = stores_.GetFleet(fleet_).rollup;
  EXPECT_EQ(rollup.outcomes[static_cast<std::size_t>(domain::Outcome::kPullRequestOpened)], 3) << "one named none";
  EXPECT_EQ(rollup.outcomes[static_cast<std::size_t>(domain::Outcome::kBranchPushed)], 3);
  FLEET_ASSERT_OK_AND_ASSIGN(const store::TaskRecord foreign,
                             stores_.tasks.Get(kAlice, fleet_, TestStores::RepoName(2)));
  EXPECT_EQ(foreign.log_tail,
            "==> fleet: pull_request_url is left out: it is on forge.test, and the repository on git.invalid\n");
  FLEET_EXPECT_OK(checker_.Look());
}

TEST_F(ReportTest, ContradictionAfterTheEndIsLost) {
  ASSERT_EQ(stores_.Report(runner_, leased_[0], TaskState::kCompleted).verdict, ReportVerdict::kApply);
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, leased_[0], TaskState::kFailed);
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, leased_[0], TaskState::kRunning);
}

TEST_F(ReportTest, OtherRunnerIsRefused) {
  const domain::Ulid other = stores_.RegisterRunner();
  for (const TaskState state : {TaskState::kHydrating, TaskState::kCompleted, TaskState::kFailed}) {
    ExpectNoEffect(ReportVerdict::kLeaseLost, other, leased_[0], state);
  }
}

TEST_F(ReportTest, OtherAttemptIsRefused) {
  for (const int32_t attempt : {0, 2, 3}) {
    ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, {leased_[0].id, attempt}, TaskState::kCompleted);
  }
}

TEST_F(ReportTest, UnknownChildrenAndFleetsAreRefused) {
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, {{fleet_, 21}, 1}, TaskState::kCompleted);
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, {{runner_, 1}, 1}, TaskState::kCompleted);
}

TEST_F(ReportTest, QueuedChildCannotBeReported) {
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, {{fleet_, 15}, 0}, TaskState::kCompleted);
}

TEST_F(ReportTest, LostRunnersReportChangesNothing) {
  LoseRunner();
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, leased_[0], TaskState::kCompleted);
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, leased_[1], TaskState::kFailed);
}

TEST_F(ReportTest, LostRunnersReportChangesNothingOfItsSuccessor) {
  LoseRunner();
  const domain::Ulid successor = stores_.RegisterRunner();
  const std::vector<store::GrantedTask> again = stores_.Lease(successor, 1, 8).tasks;
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].attempt, 2);
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, {again[0].id, 1}, TaskState::kCompleted);
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, {again[0].id, 2}, TaskState::kCompleted);
  EXPECT_EQ(stores_.Report(successor, again[0], TaskState::kCompleted).verdict, ReportVerdict::kApply);
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, {again[0].id, 1}, TaskState::kCompleted);
}

TEST_F(ReportTest, RetryableFailureGoesBackUntilTriesAreUsedUp) {
  ASSERT_EQ(stores_.Report(runner_, leased_[0], TaskState::kFailed, FailureCategory::kNetwork).state,
            TaskState::kQueued);
  ExpectNoEffect(ReportVerdict::kRepeat, runner_, leased_[0], TaskState::kFailed);
  const store::LeaseAnswer again = stores_.Lease(runner_, 2, 1);
  ASSERT_EQ(again.tasks.size(), 1U);
  EXPECT_EQ(again.tasks[0], (store::GrantedTask{leased_[0].id, 2})) << "what is due goes before what is fresh";
  ExpectNoEffect(ReportVerdict::kLeaseLost, runner_, leased_[0], TaskState::kFailed);
  EXPECT_EQ(stores_.Report(runner_, again.tasks[0], TaskState::kFailed, FailureCategory::kNetwork).state,
            TaskState::kFailed);
}

// What a batcher answers about `reports`, submitted at once.
std::vector<dispatch::ReportBatcher::Outcome> Submit(TestStores& stores, std::vector<domain::TaskReport> reports) {
  dispatch::ReportBatcher batcher([&](const auto& batch) { return stores.reports.Apply(batch); },
                                  [](const auto&, const auto&) {}, {});
  std::promise<absl::StatusOr<std::vector<dispatch::ReportBatcher::Outcome>>> answered;
  batcher.Submit(std::move(reports), [&](auto outcomes) { answered.set_value(std::move(outcomes)); });
  auto outcomes = answered.get_future().get();
  EXPECT_THAT(outcomes, IsOk());
  return outcomes.ok() ? *outcomes : std::vector<dispatch::ReportBatcher::Outcome>();
}

domain::TaskReport Completed(const domain::Ulid& runner, const store::GrantedTask& task) {
  domain::TaskReport report;
  report.task = task.id;
  report.attempt = task.attempt;
  report.runner_id = runner;
  report.state = TaskState::kCompleted;
  report.texts.message = "fine";
  return report;
}

TEST_F(ReportTest, PoisonedReportsAreIsolated) {
  std::vector<domain::TaskReport> reports;
  for (const store::GrantedTask& task : leased_) reports.push_back(Completed(runner_, task));
  reports[2].texts.message = "not UTF-8: \xff";
  reports[5].texts.log_tail = std::string("a NUL: \0 here", 13);
  const auto outcomes = Submit(stores_, reports);
  ASSERT_EQ(outcomes.size(), 8U);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const bool poisoned = i == 2 || i == 5;
    EXPECT_EQ(outcomes[i].refused.empty(), !poisoned) << i << ": " << outcomes[i].refused;
    const domain::Task task = stores_.GetTask(leased_[i].id);
    EXPECT_EQ(task.state, poisoned ? TaskState::kSubmitted : TaskState::kCompleted) << i;
  }
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.State(TaskState::kCompleted), 6);
}

TEST_F(ReportTest, ReportThatAConstraintRefusesIsIsolated) {
  stores_.Sql("alter table task_attempts add check (message <> 'poison')");
  std::vector<domain::TaskReport> reports;
  for (const store::GrantedTask& task : leased_) reports.push_back(Completed(runner_, task));
  reports[7].texts.message = "poison";
  const auto outcomes = Submit(stores_, reports);
  ASSERT_EQ(outcomes.size(), 8U);
  EXPECT_FALSE(outcomes[7].refused.empty());
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.State(TaskState::kCompleted), 7);
}

TEST_F(ReportTest, ARunnerIsNotToldTheDatabasesWords) {
  stores_.Sql("alter table task_attempts add constraint secret check (message <> 'poison')");
  domain::TaskReport poison = Completed(runner_, leased_[0]);
  poison.texts.message = "poison";
  const auto outcomes = Submit(stores_, {poison});
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].refused, "the database cannot store a value of this request");
}

TEST_F(ReportTest, SeveralStagesInOneBatchBecomeTheLast) {
  domain::TaskReport running = Completed(runner_, leased_[0]);
  running.state = TaskState::kRunning;
  const auto outcomes = Submit(stores_, {Completed(runner_, leased_[0]), running});
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(stores_.GetTask(leased_[0].id).state, TaskState::kCompleted);
}

}  // namespace
}  // namespace fleet::testing
