// Runners that are killed, frozen or told to leave while they have work.
#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::WaitUntil;

class LostRunnerTest : public EndToEndTest {
 protected:
  // A fleet whose child in "acme/r1" runs on runner-1, and on runner-2 once it is given up. Its step commits the
  // number of its attempt.
  std::string SubmitToRunnerOne(const std::string& script) {
    AddRepositories(1);
    ApplyScript(script);
    stack().StartRunner("runner-1", {"service-1", "service-2"});
    return Submit({"acme/r1"});
  }
  std::string Head(const std::string& fleet_id) { return origin().PushedBranches("acme/r1")[BranchOf(fleet_id)]; }
  int CountInLog(const std::string& name, const std::string& word) {
    const std::string log = stack().Log(name);
    int count = 0;
    for (std::size_t at = log.find(word); at != std::string::npos; at = log.find(word, at + 1)) ++count;
    return count;
  }
  // Waits until a runner that was frozen has given up the one task it had, then lets it leave: all that it was about
  // has ended.
  void AwaitTheEndOfOldWork(const std::string& runner) {
    EXPECT_TRUE(WaitUntil([&] { return CountInLog(runner, "\"task_abandoned\"") == 1; }));
    stack().process(runner).Signal(SIGTERM);
    EXPECT_THAT(stack().process(runner).WaitExit(absl::Seconds(30)), IsOkAndHolds(0));
  }
};

TEST_F(LostRunnerTest, AKilledRunnersChildrenFinishElsewhereAndItsStepsDie) {
  const std::vector<std::string> repos = AddRepositories(4);
  ApplyScript(gate().Script("echo $FLEET_ATTEMPT > attempt"));
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string id = Submit(repos);
  ASSERT_TRUE(WaitUntil([this] { return gate().CountBegun() == 2; }));
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  ASSERT_TRUE(WaitUntil([this] { return gate().CountBegun() == 4; }));

  stack().process("runner-1").Kill();
  // The first two, in order of dispatch, were its.
  EXPECT_TRUE(WaitUntil([this] { return !gate().IsAlive("acme/r1", 1) && !gate().IsAlive("acme/r2", 1); }));
  EXPECT_TRUE(gate().IsAlive("acme/r3", 1) && gate().IsAlive("acme/r4", 1));
  gate().Open();
  const v1::Fleet fleet = WaitForEnd(id);
  EXPECT_EQ(fleet.state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);
  const auto tasks = Tasks(id);
  for (const std::string& repo : repos) {
    const int attempts = repo == "acme/r1" || repo == "acme/r2" ? 2 : 1;
    EXPECT_EQ(tasks.at(repo).attempt(), attempts) << repo;
    EXPECT_EQ(tasks.at(repo).tries(), 0) << repo;
    EXPECT_EQ(origin().File(repo, BranchOf(id), "attempt"), absl::StrCat(attempts, "\n"));
  }
}

TEST_F(LostRunnerTest, AFrozenRunnerThatWakesPushesNothingOverItsSuccessor) {
  const std::string id = SubmitToRunnerOne(gate().Script("echo $FLEET_ATTEMPT > attempt"));
  ASSERT_TRUE(WaitUntil([this] { return gate().HasBegun("acme/r1", 1); }));
  stack().process("runner-1").Signal(SIGSTOP);
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  gate().OpenFor("acme/r1", 2);
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, {"acme/r1"});
  const std::string head = Head(id);

  // The old step ends while its runner is frozen: on waking, the next thing to do would be to push.
  gate().Open();
  EXPECT_TRUE(WaitUntil([this] { return !gate().IsAlive("acme/r1", 1); }));
  stack().process("runner-1").Signal(SIGCONT);
  AwaitTheEndOfOldWork("runner-1");
  EXPECT_EQ(Head(id), head);
  EXPECT_EQ(origin().File("acme/r1", BranchOf(id), "attempt"), "2\n");
  EXPECT_EQ(Tasks(id).at("acme/r1").attempt(), 2);
}

TEST_F(LostRunnerTest, APushUnderWayWhenTheLeaseIsLostDoesNotOverwriteTheSuccessors) {
  // The first push waits in the forge, between the objects' arrival and the branch's move.
  const std::string pusher = directory() + "/pusher";
  const std::string release = directory() + "/release";
  AddRepositories(1);
  origin().SetPreReceiveHook("acme/r1", absl::StrCat("if [ ! -e '", pusher, "' ]; then echo $PPID > '", pusher,
                                                     "'; while [ ! -e '", release, "' ]; do sleep 0.05; done; fi"));
  ApplyScript("echo $FLEET_ATTEMPT > attempt");
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string id = Submit({"acme/r1"});
  ASSERT_TRUE(WaitUntil([&] { return !runner::PidIn(pusher).empty(); }));
  stack().process("runner-1").Signal(SIGSTOP);
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  const std::string head = Head(id);
  EXPECT_EQ(head, Tasks(id).at("acme/r1").commit());

  runner::WriteFile(release, "");
  EXPECT_TRUE(WaitUntil([&] { return !runner::IsAlive(runner::PidIn(pusher)); }));
  EXPECT_EQ(Head(id), head);
  stack().process("runner-1").Signal(SIGCONT);
  AwaitTheEndOfOldWork("runner-1");
  EXPECT_EQ(Head(id), head);
  EXPECT_EQ(origin().File("acme/r1", BranchOf(id), "attempt"), "2\n");
}

TEST_F(LostRunnerTest, ADrainedRunnerEndsWhatItHasAndTakesNothingMore) {
  const std::vector<std::string> repos = AddRepositories(4);
  ApplyScript(gate().Script("echo $FLEET_ATTEMPT > attempt"));
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string id = Submit(repos);
  ASSERT_TRUE(WaitUntil([this] { return gate().CountBegun() == 2; }));
  stack().process("runner-1").Signal(SIGTERM);
  ASSERT_TRUE(WaitUntil([this] { return CountInLog("runner-1", "\"draining\"") == 1; }));
  gate().Open();
  EXPECT_THAT(stack().process("runner-1").WaitExit(absl::Seconds(30)), IsOkAndHolds(0));
  EXPECT_EQ(gate().CountBegun(), 2);
  ExpectPushed(id, {"acme/r1", "acme/r2"});
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);
  for (const auto& [repo, task] : Tasks(id)) EXPECT_EQ(task.attempt(), 1) << repo;
}

TEST_F(LostRunnerTest, WhatOutlastsADrainGoesBackToTheQueueAtOnce) {
  AddRepositories(1);
  ApplyScript(gate().Script("echo $FLEET_ATTEMPT > attempt"));
  stack().StartRunner("runner-1", {"service-1", "service-2"}, {"--drain_timeout=100ms"});
  const std::string id = Submit({"acme/r1"});
  ASSERT_TRUE(WaitUntil([this] { return gate().HasBegun("acme/r1", 1); }));
  stack().process("runner-1").Signal(SIGTERM);
  EXPECT_THAT(stack().process("runner-1").WaitExit(absl::Seconds(30)), IsOkAndHolds(0));
  EXPECT_FALSE(gate().IsAlive("acme/r1", 1));
  const auto waiting = api().Get(id);
  FLEET_ASSERT_OK(waiting);
  EXPECT_EQ(waiting->rollup().states().queued(), 1);
  gate().Open();
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  EXPECT_EQ(origin().File("acme/r1", BranchOf(id), "attempt"), "2\n");
  EXPECT_EQ(Tasks(id).at("acme/r1").tries(), 0);
}

}  // namespace
}  // namespace fleet::e2e
