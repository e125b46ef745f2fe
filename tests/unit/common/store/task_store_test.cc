#include "common/store/task_store.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/error_info.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using domain::TaskState;
using ::fleet::testing::StatusIs;
using ::fleet::testing::TestStores;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TaskStoreTest : public ::testing::Test {
 protected:
  TaskStoreTest() {
    fleet_ = stores_.CreateFleet({.targets = 10});
    stores_.ExpandAll();
  }
  // Follows the pages to the end.
  std::vector<int32_t> Ordinals(const std::vector<TaskState>& states, int32_t limit) {
    std::vector<int32_t> ordinals;
    int32_t after = 0;
    do {
      const auto page = stores_.tasks.List(testing::kAlice, fleet_, states, after, limit);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->tasks.size(), static_cast<std::size_t>(limit));
      EXPECT_TRUE(page->next_after == 0 || page->next_after > after) << "it must move on";
      for (const TaskRecord& record : page->tasks) ordinals.push_back(record.task.id.ordinal);
      after = page->next_after;
    } while (after != 0);
    return ordinals;
  }

  testing::TestDatabase database_;
  TestStores stores_{database_.url(), 12};
  domain::Ulid fleet_;
};

TEST_F(TaskStoreTest, PagesHoldEveryChildOnceInOrder) {
  for (const int32_t limit : {1, 3, 5, 10, 11}) {
    EXPECT_THAT(Ordinals({}, limit), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)) << limit;
  }
}

TEST_F(TaskStoreTest, APageThatIsJustFullIsTheLast) {
  const auto page = stores_.tasks.List(testing::kAlice, fleet_, {}, 0, 10);
  FLEET_ASSERT_OK(page);
  EXPECT_EQ(page->next_after, 0);
}

TEST_F(TaskStoreTest, FiltersByState) {
  const domain::Ulid runner = stores_.RegisterRunner();
  const LeaseAnswer lease = stores_.Lease(runner, 1, 4);
  ASSERT_EQ(lease.tasks.size(), 4U);
  stores_.Report(runner, lease.tasks[1], TaskState::kCompleted);
  EXPECT_THAT(Ordinals({TaskState::kCompleted}, 5), ElementsAre(2));
  EXPECT_THAT(Ordinals({TaskState::kSubmitted, TaskState::kCompleted}, 2), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Ordinals({TaskState::kFailed}, 5), IsEmpty());
}

TEST_F(TaskStoreTest, AFilterThatFindsLittleStillComesToTheEnd) {
  stores_.Sql("insert into tasks (fleet_id, ordinal, repo) select '" + fleet_.ToUuid() +
              "', n, 'bulk/r' || n from generate_series(11, 25000) n; "
              "update tasks set state = 8, category = 10 where ordinal = 24000");
  stores_.Sql("update fleets set total = 25000, expanded = 25000, queued = 24999, failed = 1, failures_unknown = 1");
  EXPECT_THAT(Ordinals({TaskState::kFailed}, 5), ElementsAre(24000));
}

TEST_F(TaskStoreTest, GetsByRepositoryWithoutCase) {
  const auto task = stores_.tasks.Get(testing::kAlice, fleet_, "ORG/Repo-000003");
  FLEET_ASSERT_OK(task);
  EXPECT_EQ(task->task.id.ordinal, 3);
  EXPECT_EQ(task->task.repo, TestStores::RepoName(3));
}

TEST_F(TaskStoreTest, TellsWhereAChildIsClonedFromAndStarts) {
  stores_.Sql("update repositories set default_branch = 'develop' where repo_key = 'org/repo-000002'");
  const auto task = stores_.tasks.Get(testing::kAlice, fleet_, TestStores::RepoName(2));
  FLEET_ASSERT_OK(task);
  EXPECT_EQ(task->clone_url, "https://git.invalid/org/repo-000002.git");
  EXPECT_EQ(task->default_branch, "develop");
  const auto page = stores_.tasks.List(testing::kAlice, fleet_, {}, 0, 2);
  FLEET_ASSERT_OK(page);
  EXPECT_EQ(page->tasks[0].default_branch, "");
  EXPECT_EQ(page->tasks[1].clone_url, task->clone_url);
  EXPECT_EQ(page->tasks[1].default_branch, "develop");
}

TEST_F(TaskStoreTest, GetsAChildWhoseRepositoryIsSpeltOtherwiseNow) {
  stores_.Sql("update repositories set repo = 'Org/Repo-000003' where repo_key = 'org/repo-000003'");
  const auto task = stores_.tasks.Get(testing::kAlice, fleet_, "org/repo-000003");
  FLEET_ASSERT_OK(task);
  EXPECT_EQ(task->task.id.ordinal, 3);
}

TEST_F(TaskStoreTest, TellsTheWordsOfTheLastEndedAttempt) {
  const domain::Ulid runner = stores_.RegisterRunner();
  const LeaseAnswer lease = stores_.Lease(runner, 1, 1);
  ASSERT_EQ(lease.tasks.size(), 1U);
  domain::TaskReport report;
  report.task = lease.tasks[0].id;
  report.attempt = lease.tasks[0].attempt;
  report.runner_id = runner;
  report.state = TaskState::kFailed;
  report.category = domain::FailureCategory::kConfig;
  report.cost_micros = 5;
  report.texts = {"message", "summary", "log"};
  FLEET_ASSERT_OK(stores_.reports.Apply({report}));
  const auto task = stores_.tasks.Get(testing::kAlice, fleet_, TestStores::RepoName(1));
  FLEET_ASSERT_OK(task);
  EXPECT_EQ(task->message, "message");
  EXPECT_EQ(task->summary, "summary");
  EXPECT_EQ(task->log_tail, "log");
  EXPECT_EQ(task->task.state, TaskState::kFailed);
  EXPECT_EQ(task->task.category, domain::FailureCategory::kConfig);
  EXPECT_EQ(task->task.cost_micros, 5);
  const auto page = stores_.tasks.List(testing::kAlice, fleet_, {}, 0, 1);
  FLEET_ASSERT_OK(page);
  EXPECT_EQ(page->tasks[0].message, "message");
  EXPECT_EQ(page->tasks[0].log_tail, "") << "only with Get";
}

TEST_F(TaskStoreTest, TellsWhereAChildIsClonedFromAlsoOnceItsRepositoryIsDeleted) {
  const auto told = [this] {
    const auto page = stores_.tasks.List(testing::kAlice, fleet_, {}, 0, 1);
    const auto task = stores_.tasks.Get(testing::kAlice, fleet_, TestStores::RepoName(1));
    EXPECT_THAT(page, testing::IsOk());
    EXPECT_THAT(task, testing::IsOk());
    return page.ok() && task.ok() ? std::vector{page->tasks[0].clone_url, task->clone_url} : std::vector<std::string>();
  };
  const std::string url =
      stores_.Sql("select clone_url from repositories where repo = '" + TestStores::RepoName(1) + "'");
  EXPECT_THAT(url, HasSubstr("git.invalid"));
  EXPECT_THAT(told(), ElementsAre(url, url));
  FLEET_ASSERT_OK(stores_.catalog.Delete(testing::kAlice, TestStores::RepoName(1)));
  EXPECT_THAT(told(), ElementsAre(url, url));
}

TEST_F(TaskStoreTest, KeepsAChildsOwnParameters) {
  NewFleet fleet = stores_.NewFleet({.targets = 3});
  fleet.targets[1].parameters = R"({"key":"va\"lue"})";
  FLEET_ASSERT_OK(stores_.fleets.Create(testing::kAlice, fleet));
  stores_.ExpandAll();
  EXPECT_THAT(stores_.tasks.Get(testing::kAlice, fleet.id, TestStores::RepoName(2))->parameters,
              ElementsAre(::testing::Pair("key", "va\"lue")));
  EXPECT_THAT(stores_.tasks.Get(testing::kAlice, fleet.id, TestStores::RepoName(1))->parameters, IsEmpty());
}

TEST_F(TaskStoreTest, TellsTheFleetsBranch) {
  NewFleet fleet = stores_.NewFleet({.targets = 1});
  fleet.branch = "deps/zlib";
  FLEET_ASSERT_OK(stores_.fleets.Create(testing::kAlice, fleet));
  stores_.ExpandAll();
  for (const auto& [id, branch] :
       {std::pair(fleet.id, std::string("deps/zlib")), std::pair(fleet_, domain::BranchName(fleet_))}) {
    const auto task = stores_.tasks.Get(testing::kAlice, id, TestStores::RepoName(1));
    FLEET_ASSERT_OK(task);
    EXPECT_EQ(task->branch, branch);
    const auto page = stores_.tasks.List(testing::kAlice, id, {}, 0, 1);
    FLEET_ASSERT_OK(page);
    EXPECT_EQ(page->tasks[0].branch, branch);
    const auto changes = stores_.feed.ReadChanges(id, 1, stores_.GetFleet(id).revision);
    FLEET_ASSERT_OK(changes);
    ASSERT_FALSE(changes->tasks.empty());
    EXPECT_EQ(changes->tasks[0].branch, branch) << "to watchers too";
  }
}

TEST_F(TaskStoreTest, SaysThatAChildMayStillCome) {
  const auto reason = [this](const domain::Ulid& fleet) {
    return GetErrorInfo(stores_.tasks.Get(testing::kAlice, fleet, TestStores::RepoName(2)).status()).reason;
  };
  const NewFleet fleet = stores_.NewFleet({.targets = 3});
  FLEET_ASSERT_OK(stores_.fleets.Create(testing::kAlice, fleet));
  EXPECT_EQ(reason(fleet.id), "TASK_NOT_ENQUEUED");
  EXPECT_EQ(
      GetErrorInfo(stores_.controls.CancelTask(testing::kAlice, fleet.id, TestStores::RepoName(2)).status()).reason,
      "TASK_NOT_ENQUEUED");
  stores_.ExpandAll();
  EXPECT_EQ(reason(fleet.id), "OK");
}

TEST_F(TaskStoreTest, WhatIsUnknownIsNotFound) {
  const domain::Ulid unknown = domain::Ulid::Generate(absl::Now());
  EXPECT_THAT(stores_.tasks.List(testing::kAlice, unknown, {}, 0, 5), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(stores_.tasks.Get(testing::kAlice, unknown, TestStores::RepoName(1)).status()).reason,
            "FLEET_NOT_FOUND");
  const auto task = stores_.tasks.Get(testing::kAlice, fleet_, TestStores::RepoName(11));
  EXPECT_THAT(task, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(task.status()).reason, "TASK_NOT_FOUND");
}

}  // namespace
}  // namespace fleet::store
