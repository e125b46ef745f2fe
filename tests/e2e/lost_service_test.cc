// Services that are killed or told to leave in the middle of a fleet, and fleets served by several.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/e2e/watch_output.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::WaitUntil;
using ::testing::HasSubstr;

class LostServiceTest : public EndToEndTest {
 protected:
  explicit LostServiceTest(const FleetStack::Options& options = {}) : EndToEndTest(Server::kShared, options) {}

  void TakeFirst(int count) {
    for (int i = 1; i <= count; ++i) gate().OpenFor(absl::StrCat("acme/r", i));
  }
  v1::Fleet WaitForCompleted(const std::string& id, int count) {
    return WaitFor(id, [count](const v1::Fleet& fleet) { return fleet.rollup().states().completed() >= count; });
  }
};

TEST_F(LostServiceTest, EachServiceInTurnIsKilledAndRunnersAndWatchersGoOnWithTheOther) {
  const std::vector<std::string> repos = AddRepositories(9);
  ApplyScript(gate().Script("echo $FLEET_ATTEMPT > attempt"));
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  stack().StartRunner("runner-2", {"service-2", "service-1"});
  const std::string id = Submit(repos);
  const auto watch = StartFleetctl({"watch", id, "-o", "json"}, {"service-1", "service-2"});
  TakeFirst(3);
  WaitForCompleted(id, 3);
  ASSERT_TRUE(WaitUntil([&] { return WatchOutput(watch->Out()).size() > 0; }));

  stack().process("service-1").Kill();
  TakeFirst(6);
  WaitForCompleted(id, 6);
  stack().StartService("service-1");
  stack().WaitUntilReady("service-1");
  EXPECT_TRUE(WaitUntil([&] { return watch->Err().find("watching again") != std::string::npos; }));

  stack().process("service-2").Kill();
  gate().Open();
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);
  const Program::Result watched = watch->Wait();
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_THAT(watched.err, HasSubstr(absl::StrCat("lost ", stack().Address("service-1"))));
  EXPECT_EQ(WatchOutput(watched.out).LastState(), "FLEET_STATE_COMPLETED");
  EXPECT_TRUE(WatchOutput(watched.out).OnlyMovesForward());
}

TEST_F(LostServiceTest, ADrainedServiceEndsWithoutLosingAnything) {
  const std::vector<std::string> repos = AddRepositories(6);
  ApplyScript(gate().Script("echo $FLEET_ATTEMPT > attempt"));
  // Its two slots are taken, and the other one's lease is parked, at one service or the other.
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  stack().StartRunner("runner-2", {"service-2", "service-1"}, {"--slots=20"});
  const std::string id = Submit(repos);
  const auto watch = StartFleetctl({"watch", id, "-o", "json"}, {"service-1", "service-2"});
  ASSERT_TRUE(WaitUntil([&] { return gate().CountBegun() == 6 && WatchOutput(watch->Out()).size() > 0; }));

  stack().process("service-1").Signal(SIGTERM);
  EXPECT_THAT(stack().process("service-1").WaitExit(absl::Seconds(6)), IsOkAndHolds(0));
  EXPECT_THAT(stack().Log("service-1"), HasSubstr("\"stopped\""));
  gate().Open();
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);
  for (const auto& [repo, task] : Tasks(id)) EXPECT_EQ(task.attempt(), 1) << repo;
  const Program::Result watched = watch->Wait();
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_TRUE(WatchOutput(watched.out).OnlyMovesForward());

  stack().process("service-2").Signal(SIGTERM);
  EXPECT_THAT(stack().process("service-2").WaitExit(absl::Seconds(6)), IsOkAndHolds(0));
  stack().process("worker-1").Signal(SIGTERM);
  EXPECT_THAT(stack().process("worker-1").WaitExit(absl::Seconds(15)), IsOkAndHolds(0));
}

// Callers at one service, runners at the other: they meet in the database only. With hints, and polling alone.
class SplitServicesTest : public LostServiceTest, public ::testing::WithParamInterface<bool> {
 protected:
  SplitServicesTest() : LostServiceTest({.wake_up_hints = GetParam()}) {}
};

TEST_P(SplitServicesTest, CallersAtOneServiceRunnersAtTheOther) {
  const std::vector<std::string> repos = AddRepositories(5);
  ApplyScript(gate().Script("echo changed > change"));
  stack().StartRunner("runner-1", {"service-2"});
  std::string lines;
  for (const std::string& repo : repos) absl::StrAppend(&lines, repo, "\n");
  const auto watch = StartFleetctl(
      {"submit", "--repos-file", WriteInput("repos", lines), "--workflow", kWorkflow, "--watch", "-o", "json"},
      {"service-1"});
  // The watcher learns what happens at the other service while it happens.
  const auto Completed = [&](int count) {
    return WaitUntil([&] { return watch->Out().find(absl::StrCat("\"completed\":", count)) != std::string::npos; });
  };
  for (int count = 1; count <= 2; ++count) {
    TakeFirst(count);
    EXPECT_TRUE(Completed(count)) << watch->Out();
  }
  gate().Open();
  const Program::Result watched = watch->Wait();
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_EQ(WatchOutput(watched.out).LastState(), "FLEET_STATE_COMPLETED");
  EXPECT_TRUE(WatchOutput(watched.out).OnlyMovesForward());
  const std::string id = nlohmann::json::parse(watched.out.substr(0, watched.out.find('\n')))["fleet"]["fleet_id"];
  ExpectPushed(id, repos);
}

TEST_P(SplitServicesTest, ACancelAtOneServiceStopsStepsThatReportToTheOther) {
  const std::vector<std::string> repos = AddRepositories(3);
  ApplyScript(gate().Script("echo changed > change"));
  stack().StartRunner("runner-1", {"service-2"});
  const std::string id = Submit(repos);
  const auto watch = StartFleetctl({"watch", id, "-o", "json"}, {"service-1"});
  ASSERT_TRUE(WaitUntil([this] { return gate().CountBegun() == 2; }));
  EXPECT_EQ(Fleetctl({"cancel", id}, {"service-1"}).code, 0);
  EXPECT_EQ(watch->Wait().code, 5);
  EXPECT_EQ(WatchOutput(watch->Out()).LastState(), "FLEET_STATE_CANCELLED");
  for (const std::string& repo : repos) EXPECT_FALSE(gate().IsAlive(repo, 1)) << repo;
  ExpectNothingPushed(repos);
}

INSTANTIATE_TEST_SUITE_P(Hints, SplitServicesTest, ::testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "WithHints" : "PollingOnly"; });

}  // namespace
}  // namespace fleet::e2e
