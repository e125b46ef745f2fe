// Cancelling in the middle of the work.
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::WaitUntil;

// For what a busy machine may take long to come to; only a test that fails waits so long.
constexpr absl::Duration kPatience = absl::Minutes(1);

class CancelTest : public EndToEndTest {
 protected:
  // A lease that outlasts the test: no runner is lost for being slow, and one that is stopped is not lost before the
  // cancel's grace time, of two seconds, has done with it.
  CancelTest() : EndToEndTest(Server::kShared, {.lease_duration = "10m"}) {}

  // Six repositories, two slots: two children have completed, two run, two wait.
  std::string SubmitUntilTheMiddle() {
    repos_ = AddRepositories(6);
    ApplyScript(gate().Script("echo changed > change"));
    stack().StartRunner("runner-1", {"service-1", "service-2"});
    for (const char* repo : {"acme/r1", "acme/r2"}) gate().OpenFor(repo);
    const std::string id = Submit(repos_);
    EXPECT_TRUE(
        WaitUntil([this] { return gate().HasBegun("acme/r3", 1) && gate().HasBegun("acme/r4", 1); }, kPatience));
    const v1::Fleet fleet = WaitFor(id, [](const v1::Fleet& now) { return now.rollup().states().running() == 2; });
    EXPECT_EQ(fleet.rollup().states().completed(), 2);
    EXPECT_EQ(fleet.rollup().states().queued(), 2);
    return id;
  }

  std::vector<std::string> repos_;
};

TEST_F(CancelTest, RunningStepsAreKilledAndNothingIsPushed) {
  const std::string id = SubmitUntilTheMiddle();
  const Program::Result cancelled = Fleetctl({"cancel", id});
  EXPECT_EQ(cancelled.code, 0) << cancelled.err;
  const v1::Fleet fleet = WaitForEnd(id);
  EXPECT_EQ(fleet.state(), v1::FLEET_STATE_CANCELLED);
  EXPECT_EQ(fleet.cancelled_by(), kUser);
  EXPECT_EQ(fleet.rollup().states().completed(), 2);
  EXPECT_EQ(fleet.rollup().states().cancelled(), 4);
  for (const char* repo : {"acme/r3", "acme/r4"}) EXPECT_FALSE(gate().IsAlive(repo, 1)) << repo;
  // A step that had survived would go on now.
  gate().Open();
  ExpectPushed(id, {"acme/r1", "acme/r2"});
  ExpectNothingPushed({"acme/r3", "acme/r4", "acme/r5", "acme/r6"});
  EXPECT_EQ(gate().CountBegun(), 4);
  EXPECT_EQ(Fleetctl({"cancel", id}).code, 0);
  EXPECT_EQ(Fleetctl({"watch", id}).code, 5);
}

TEST_F(CancelTest, WithDrainWhatRunsGoesOnToItsEnd) {
  const std::string id = SubmitUntilTheMiddle();
  EXPECT_EQ(Fleetctl({"cancel", id, "--drain"}).code, 0);
  // Whatever else was to come has been cancelled, and what runs was not told to stop.
  WaitFor(id, [](const v1::Fleet& fleet) { return fleet.rollup().states().cancelled() == 2; });
  for (const char* repo : {"acme/r3", "acme/r4"}) EXPECT_TRUE(gate().IsAlive(repo, 1)) << repo;
  gate().Open();
  const v1::Fleet fleet = WaitForEnd(id);
  EXPECT_EQ(fleet.state(), v1::FLEET_STATE_CANCELLED);
  EXPECT_EQ(fleet.rollup().states().completed(), 4);
  ExpectPushed(id, {"acme/r1", "acme/r2", "acme/r3", "acme/r4"});
  ExpectNothingPushed({"acme/r5", "acme/r6"});
}

TEST_F(CancelTest, ARunnerThatDoesNotConfirmIsFencedOff) {
  const std::string id = SubmitUntilTheMiddle();
  stack().process("runner-1").Signal(SIGSTOP);
  FLEET_EXPECT_OK(api().Cancel(id));
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_CANCELLED);
  std::map<std::string, v1::Task> tasks = Tasks(id);
  for (const char* repo : {"acme/r3", "acme/r4"}) {
    EXPECT_TRUE(gate().IsAlive(repo, 1)) << repo << " was ended without its runner";
    EXPECT_EQ(tasks[repo].state(), v1::TASK_STATE_CANCELLED) << repo;
    EXPECT_EQ(tasks[repo].losses(), 0) << repo << " was fenced off, not taken from a lost runner";
  }
  // Its steps end and would be pushed, if it were not told.
  gate().Open();
  EXPECT_TRUE(WaitUntil([this] { return !gate().IsAlive("acme/r3", 1) && !gate().IsAlive("acme/r4", 1); }, kPatience));
  stack().process("runner-1").Signal(SIGCONT);
  // A drained runner has ended its tasks. It may take its whole drain time, and longer to end under a sanitizer.
  stack().process("runner-1").Signal(SIGTERM);
  EXPECT_THAT(stack().process("runner-1").WaitExit(2 * kPatience), testing::IsOkAndHolds(0));
  ExpectNothingPushed({"acme/r3", "acme/r4", "acme/r5", "acme/r6"});
}

}  // namespace
}  // namespace fleet::e2e
