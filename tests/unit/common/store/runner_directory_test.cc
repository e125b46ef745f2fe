#include "common/store/runner_directory.h"

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

using ::fleet::testing::kAlice;
using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunnerDirectoryTest : public ::testing::Test {
 protected:
  domain::Ulid Register(const std::string& name, const std::string& pool) {
    // Ids sort by time.
    started_ += absl::Seconds(1);
    const domain::Ulid id = domain::Ulid::Generate(started_);
    FLEET_EXPECT_OK(stores_.runners.Register({id, name, "alice", pool, 8, {"1.2.3", "host-7"}, "192.0.2.7"}));
    return id;
  }
  void SetState(const domain::Ulid& id, int state) {
    stores_.Sql("update runners set state = " + std::to_string(state) + " where runner_id = '" + id.ToUuid() + "'");
  }
  std::vector<std::string> Names(const RunnerFilter& filter, const domain::Ulid& before = {}, int32_t limit = 100) {
    const auto runners = directory_.List(kAlice, filter, before, limit);
    FLEET_EXPECT_OK(runners.status());
    std::vector<std::string> names;
    for (const RunnerRecord& runner : *runners) names.push_back(runner.name);
    return names;
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 10};
  RunnerDirectory directory_{stores_.pool};
  absl::Time started_ = absl::Now();
};

TEST_F(RunnerDirectoryTest, TellsWhatARunnerSaidOfItself) {
  const domain::Ulid id = Register("one", "gpu");
  stores_.Sql("update runners set heartbeat_at = heartbeat_at - interval '5 seconds'");
  FLEET_ASSERT_OK_AND_ASSIGN(const RunnerDirectory::Entry entry, directory_.Get(kAlice, id));
  const RunnerRecord& runner = entry.runner;
  EXPECT_EQ(runner.runner_id, id);
  EXPECT_EQ(runner.name, "one");
  EXPECT_EQ(runner.owner, "alice");
  EXPECT_EQ(runner.pool, "gpu");
  EXPECT_EQ(runner.version, "1.2.3");
  EXPECT_EQ(runner.host, "host-7");
  EXPECT_EQ(runner.address, "192.0.2.7");
  EXPECT_EQ(runner.slots, 8);
  EXPECT_EQ(runner.state, RunnerState::kLive);
  EXPECT_THAT(runner.heartbeat_age, Ge(absl::Seconds(5)));
  EXPECT_THAT(entry.held, IsEmpty());
}

TEST_F(RunnerDirectoryTest, RegisteringAgainSaysItAnew) {
  const domain::Ulid id = Register("one", "gpu");
  FLEET_ASSERT_OK(stores_.runners.Register({id, "one", "alice", "gpu", 8, {"1.2.4", "host-8"}, "192.0.2.8"}));
  FLEET_ASSERT_OK_AND_ASSIGN(const RunnerDirectory::Entry entry, directory_.Get(kAlice, id));
  EXPECT_EQ(entry.runner.version, "1.2.4");
  EXPECT_EQ(entry.runner.host, "host-8");
  EXPECT_EQ(entry.runner.address, "192.0.2.8");
}

TEST_F(RunnerDirectoryTest, TellsWhatARunnerHoldsAndNotWhatItHeld) {
  stores_.CreateFleet({.targets = 5});
  stores_.ExpandAll();
  const domain::Ulid id = stores_.RegisterRunner();
  const auto leased = stores_.Lease(id, 1, 3).tasks;
  ASSERT_THAT(leased, SizeIs(3));
  stores_.Report(id, leased[1], domain::TaskState::kCompleted);
  FLEET_ASSERT_OK_AND_ASSIGN(const RunnerDirectory::Entry entry, directory_.Get(kAlice, id));
  EXPECT_EQ(entry.runner.held_count, 2);
  ASSERT_THAT(entry.held, SizeIs(2));
  EXPECT_EQ(entry.held[0].id, leased[0].id);
  EXPECT_EQ(entry.held[0].repo, testing::TestStores::RepoName(1));
  EXPECT_EQ(entry.held[0].attempt, 1);
  EXPECT_EQ(entry.held[0].state, domain::TaskState::kSubmitted);
  EXPECT_EQ(entry.held[1].id, leased[2].id);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto runners, directory_.List(kAlice, {}, {}, 10));
  ASSERT_THAT(runners, SizeIs(1));
  EXPECT_EQ(runners[0].held_count, 2);
}

TEST_F(RunnerDirectoryTest, ListsByPoolNameAndState) {
  Register("one", "default");
  SetState(Register("two", "gpu"), 2);
  SetState(Register("three", "gpu"), 3);
  Register("one", "gpu");
  EXPECT_THAT(Names({}), ElementsAre("one", "two", "one")) << "the newest first, without those that are gone";
  EXPECT_THAT(Names({.pool = "gpu"}), ElementsAre("one", "two"));
  EXPECT_THAT(Names({.name = "two"}), ElementsAre("two"));
  EXPECT_THAT(Names({.pool = "gpu", .states = {RunnerState::kGone}}), ElementsAre("three"));
  EXPECT_THAT(Names({.states = {RunnerState::kLost, RunnerState::kGone}}), ElementsAre("three", "two"));
  EXPECT_THAT(Names({.pool = "none"}), IsEmpty());
}

TEST_F(RunnerDirectoryTest, GoesOnBeforeTheLast) {
  const domain::Ulid one = Register("one", "default");
  const domain::Ulid two = Register("two", "default");
  Register("three", "default");
  EXPECT_THAT(Names({}, {}, 2), ElementsAre("three", "two"));
  EXPECT_THAT(Names({}, two, 2), ElementsAre("one"));
  EXPECT_THAT(Names({}, one, 2), IsEmpty());
}

TEST_F(RunnerDirectoryTest, ARunnerThatThereIsNotIsNotFound) {
  const auto entry = directory_.Get(kAlice, domain::Ulid::Generate(absl::Now()));
  EXPECT_THAT(entry.status(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(entry.status()).reason, "RUNNER_NOT_FOUND");
}

TEST_F(RunnerDirectoryTest, AttemptsNameTheirRunner) {
  const domain::Ulid fleet_id = stores_.CreateFleet({.targets = 1});
  stores_.ExpandAll();
  const domain::Ulid id = Register("one", "default");
  const auto leased = stores_.Lease(id, 1, 1).tasks;
  ASSERT_THAT(leased, SizeIs(1));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto attempts,
                             stores_.tasks.Attempts(kAlice, fleet_id, testing::TestStores::RepoName(1)));
  ASSERT_THAT(attempts, SizeIs(1));
  EXPECT_EQ(attempts[0].runner_name, "one");
}

}  // namespace
}  // namespace fleet::store
