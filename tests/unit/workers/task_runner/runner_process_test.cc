// The binary itself: how it starts, ends and is killed.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/child_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/workers/task_runner/fake_runner_service.h"
#include "tests/unit/workers/task_runner/git_fixture.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::ChildProcess;
using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::WaitUntil;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;

class RunnerProcessTest : public ::testing::Test {
 protected:
  RunnerProcessTest() {
    work_dir_ = fixture_.directory() / "work";
    log_ = fixture_.directory() / "log";
    bare_ = fixture_.MakeRepository("r", {{"a", "one\n"}});
  }
  ~RunnerProcessTest() override { EXPECT_THAT(service_.violations(), IsEmpty()); }

  std::unique_ptr<ChildProcess> Start(const std::vector<std::string>& flags = {}) {
    ChildProcess::Options options;
    options.argv = {FLEET_RUNNER_BINARY,       absl::StrCat("--servers=", service_.address()),
                    "--work_dir=" + work_dir_, "--git_protocols=file",
                    "--user=tester",           "--name=test"};
    options.argv.insert(options.argv.end(), flags.begin(), flags.end());
    options.environment = {{"RUNNER_SECRET", "hunter2"}};
    options.log_file = log_;
    auto child = ChildProcess::Start(options);
    EXPECT_TRUE(child.ok()) << child.status();
    return child.ok() ? *std::move(child) : nullptr;
  }
  void Add(const std::string& script) {
    v1::Lease lease;
    lease.set_task_id(kTaskId);
    lease.set_repo("acme/r");
    lease.set_clone_url("file://" + bare_);
    lease.set_branch("fleet/01arz3ndektsv4rrffq69g5fav");
    v1::LeasedFleet fleet;
    fleet.set_fleet_id(kFleetId);
    fleet.mutable_workflow()->set_title("Change it");
    v1::WorkflowStep& step = *fleet.mutable_workflow()->add_steps();
    step.set_name("step");
    step.set_script(script);
    service_.Add(lease, fleet);
  }
  std::string Marker(const std::string& name) { return fixture_.directory() / name; }
  // A step with a child in its group and one that left it.
  std::string Family() {
    return absl::StrCat("cd '", fixture_.directory().path(), "'; sleep 1000 & echo $! > child\n",
                        "setsid sh -c 'echo $$ > escaped; exec sleep 1000' & echo $$ > leader; wait");
  }
  bool FamilyLives() {
    for (const char* name : {"child", "escaped", "leader"}) {
      if (!IsAlive(PidIn(Marker(name)))) return false;
    }
    return true;
  }
  bool FamilyIsGone() {
    for (const char* name : {"child", "escaped", "leader"}) {
      if (IsAlive(PidIn(Marker(name)))) return false;
    }
    return true;
  }

  FakeRunnerService service_;
  GitFixture fixture_;
  std::string work_dir_;
  std::string log_;
  std::string bare_;
};

TEST_F(RunnerProcessTest, DoesATaskAndDrainsOnSigterm) {
  Add("echo two > a");
  const auto runner = Start();
  ASSERT_TRUE(WaitUntil([&] { return service_.Get(kTaskId).ended; }));
  runner->Signal(SIGTERM);
  EXPECT_THAT(runner->WaitExit(absl::Seconds(20)), IsOkAndHolds(0));
  EXPECT_EQ(fixture_.Show(bare_, "fleet/01arz3ndektsv4rrffq69g5fav", "a"), "two");
  EXPECT_THAT(ReadFile(log_), HasSubstr("\"message\":\"drained\""));
}

TEST_F(RunnerProcessTest, AKilledRunnersStepsDieAndItsClonesGoAtTheNextStart) {
  Add(Family());
  const auto runner = Start();
  ASSERT_TRUE(WaitUntil([&] { return FamilyLives(); }));
  runner->Signal(SIGKILL);
  EXPECT_TRUE(WaitUntil([&] { return FamilyIsGone(); }));
  const auto Clones = [&] {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(work_dir_)) {
      if (entry.path().filename() == "tree") found.push_back(entry.path());
    }
    return found;
  };
  ASSERT_EQ(Clones().size(), 1u);
  const auto next = Start();
  EXPECT_TRUE(WaitUntil([&] { return service_.runner_ids().size() == 2; }));
  EXPECT_THAT(Clones(), IsEmpty());
}

TEST_F(RunnerProcessTest, TasksThatOutlastTheDrainGoBackToTheQueue) {
  Add(Family());
  const auto runner = Start({"--drain_timeout=100ms"});
  ASSERT_TRUE(WaitUntil([&] { return FamilyLives(); }));
  runner->Signal(SIGTERM);
  EXPECT_THAT(runner->WaitExit(absl::Seconds(20)), IsOkAndHolds(0));
  EXPECT_TRUE(FamilyIsGone());
  const FakeRunnerService::Task task = service_.Get(kTaskId);
  EXPECT_FALSE(task.ended);
  EXPECT_EQ(task.runner_id, "");
  for (const auto& entry : fs::directory_iterator(work_dir_)) EXPECT_FALSE(entry.is_directory()) << entry.path();
}

TEST_F(RunnerProcessTest, AFrozenRunnerPushesNothingWhenItWakes) {
  Add(absl::StrCat("echo two > a; echo x > '", Marker("started"), "'; while [ ! -e '", Marker("go"),
                   "' ]; do sleep 0.01; done"));
  const auto runner = Start();
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(Marker("started")); }));
  runner->Signal(SIGSTOP);
  service_.LoseRunners();
  service_.TakeLease(kTaskId);
  WriteFile(Marker("go"), "");
  runner->Signal(SIGCONT);
  EXPECT_TRUE(WaitUntil([&] { return service_.runner_ids().size() == 2; }));
  runner->Signal(SIGTERM);
  EXPECT_THAT(runner->WaitExit(absl::Seconds(20)), IsOkAndHolds(0));
  EXPECT_EQ(fixture_.Branch(bare_, "fleet/01arz3ndektsv4rrffq69g5fav"), "");
}

TEST_F(RunnerProcessTest, StepsSeeNothingOfItsEnvironment) {
  Add(absl::StrCat("(env; cat /proc/$PPID/environ || true) > '", Marker("seen"), "' 2>&1; echo x > '", Marker("done"),
                   "'"));
  const auto runner = Start();
  ASSERT_TRUE(WaitUntil([&] { return fs::exists(Marker("done")); }));
  EXPECT_THAT(ReadFile(Marker("seen")), HasSubstr("FLEET_TASK_ID="));
  if (geteuid() != 0) {  // root may read every process
    EXPECT_THAT(ReadFile(Marker("seen")), Not(HasSubstr("hunter2")));
  }
}

TEST_F(RunnerProcessTest, AWrongFlagIsNamed) {
  const auto runner = Start({"--slots=1000"});
  EXPECT_THAT(runner->WaitExit(absl::Seconds(20)), IsOkAndHolds(2));
  EXPECT_THAT(ReadFile(log_), HasSubstr("--slots"));
}

}  // namespace
}  // namespace fleet::runner
