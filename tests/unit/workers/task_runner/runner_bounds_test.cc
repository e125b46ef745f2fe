// The binary itself, and steps that leave or take more than they should: their neighbours must not notice.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/child_process.h"
#include "tests/support/http_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/workers/task_runner/fake_runner_service.h"
#include "tests/unit/workers/task_runner/git_fixture.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::ChildProcess;
using ::fleet::testing::HttpGet;
using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::WaitUntil;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;

std::string FleetId(int number) { return absl::StrCat("01ARZ3NDEKTSV4RRFFQ69G5FA", number); }
std::string TaskId(int number) { return absl::StrCat(FleetId(number), "-1"); }

class RunnerBoundsTest : public ::testing::Test {
 protected:
  ~RunnerBoundsTest() override { EXPECT_THAT(service_.violations(), IsEmpty()); }

  // The runner's command line behind `wrapper`, which must run its arguments in its own place.
  void Start(std::vector<std::string> wrapper, const std::vector<std::string>& flags = {}) {
    ChildProcess::Options options;
    options.argv = std::move(wrapper);
    for (const std::string& argument :
         {std::string(FLEET_RUNNER_BINARY), absl::StrCat("--servers=", service_.address()), "--work_dir=" + work_dir_,
          std::string("--git_protocols=file"), std::string("--user=tester"), std::string("--name=test"),
          std::string("--slots=4"), std::string("--metrics_listen=127.0.0.1:0"), "--port_file=" + Marker("ports")}) {
      options.argv.push_back(argument);
    }
    options.argv.insert(options.argv.end(), flags.begin(), flags.end());
    options.log_file = Marker("log");
    auto child = ChildProcess::Start(options);
    ASSERT_TRUE(child.ok()) << child.status();
    runner_ = *std::move(child);
  }
  // Behind a limit of open files, soft or both.
  void StartWithOpenFiles(const std::string& limit) {
    Start({"/bin/sh", "-c", absl::StrCat("ulimit ", limit, "; exec \"$@\""), "sh"});
  }
  // In a mount namespace of its own, on a small disk.
  void StartOnDisk(const std::string& options, const std::vector<std::string>& flags) {
    fs::create_directory(Marker("disk"));
    work_dir_ = Marker("disk/work");
    Start({"unshare", geteuid() == 0 ? "-m" : "-rm", "/bin/sh", "-c",
           absl::StrCat("mount -t tmpfs -o ", options, " none '", Marker("disk"), "' && exec \"$@\""), "sh"},
          flags);
  }
  void Add(int number, const std::string& script, bool report_only = false) {
    v1::Lease lease;
    lease.set_task_id(TaskId(number));
    lease.set_repo("acme/r");
    lease.set_clone_url("file://" + bare_);
    lease.set_branch(absl::StrCat("fleet/", number));
    v1::LeasedFleet fleet;
    fleet.set_fleet_id(FleetId(number));
    fleet.mutable_workflow()->set_title("Change it");
    fleet.mutable_workflow()->set_report_only(report_only);
    v1::WorkflowStep& step = *fleet.mutable_workflow()->add_steps();
    step.set_name("step");
    step.set_script(script);
    service_.Add(lease, fleet);
  }
  v1::TaskReport Last(int number) {
    EXPECT_TRUE(WaitUntil([&] { return service_.Get(TaskId(number)).ended; })) << number << ReadFile(Marker("log"));
    const auto reports = service_.Get(TaskId(number)).reports;
    return reports.empty() ? v1::TaskReport() : reports.back();
  }
  std::string Ops(absl::string_view path) {
    const std::string ports = ReadFile(Marker("ports"));
    absl::string_view line = absl::StripTrailingAsciiWhitespace(ports);
    int port = 0;
    EXPECT_TRUE(absl::ConsumePrefix(&line, "metrics=") && absl::SimpleAtoi(line, &port)) << line;
    return HttpGet(port, path);
  }
  std::string Metrics() { return Ops("/metrics"); }
  void StopRunner() {
    runner_->Signal(SIGTERM);
    EXPECT_THAT(runner_->WaitExit(absl::Seconds(30)), IsOkAndHolds(0));
  }
  // One task takes all of the disk, by `script`; another works beside it until that one has ended.
  void FillAndSeeTheNeighbourThrough(const std::string& script) {
    Add(1, script);
    Add(2, absl::StrCat("echo x > '", Marker("begun"), "'; while [ ! -e '", Marker("go"),
                        "' ]; do echo more >> b; echo x > \"$TMPDIR/f\"; rm \"$TMPDIR/f\"; sleep 0.02; done"));
    const v1::TaskReport filler = Last(1);
    EXPECT_EQ(filler.state(), v1::TASK_STATE_FAILED);
    EXPECT_EQ(filler.result().failure().reason(), v1::FAILURE_REASON_DISK_FULL) << filler.DebugString();
    EXPECT_THAT(filler.result().failure().message(), HasSubstr("this task used most of it"));
    EXPECT_TRUE(WaitUntil([&] { return fs::exists(Marker("begun")); }));
    WriteFile(Marker("go"), "");
    EXPECT_EQ(Last(2).state(), v1::TASK_STATE_COMPLETED);
    EXPECT_THAT(fixture_.Show(bare_, "fleet/2", "b"), HasSubstr("more"));
    // There is room again, and tasks are taken.
    Add(3, "echo three > a");
    EXPECT_EQ(Last(3).state(), v1::TASK_STATE_COMPLETED);
    EXPECT_THAT(Metrics(), HasSubstr("fleet_runner_tasks_stopped_for_disk_total 1\n"));
    StopRunner();
  }
  std::string Marker(const std::string& name) { return fixture_.directory() / name; }

  FakeRunnerService service_;
  GitFixture fixture_;
  std::string bare_ = fixture_.MakeRepository("r", {{"a", "one\n"}});
  std::string work_dir_ = fixture_.directory() / "work";
  std::unique_ptr<ChildProcess> runner_;
};

TEST_F(RunnerBoundsTest, DeepTreesInEverySlotAreRemovedAndTakeNothingFromTheNext) {
  const std::string dig = "; perl -e 'for (1 .. 3000) { mkdir \"d\" or die; chdir \"d\" or die }'";
  for (const int number : {1, 2}) Add(number, "cd \"$TMPDIR\"" + dig);
  for (const int number : {3, 4}) Add(number, "cd ." + dig, true);
  StartWithOpenFiles("-n 1024");
  for (const int number : {1, 2, 3, 4}) {
    EXPECT_EQ(Last(number).state(), v1::TASK_STATE_COMPLETED) << Last(number).DebugString();
  }
  Add(5, "echo five > a");
  EXPECT_EQ(Last(5).state(), v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(fixture_.Show(bare_, "fleet/5", "a"), "five");
  for (const auto& run : fs::directory_iterator(work_dir_)) {
    if (!run.is_directory()) continue;
    for (const auto& entry : fs::directory_iterator(run)) EXPECT_EQ(entry.path().filename(), "lock");
  }
  EXPECT_THAT(Metrics(), HasSubstr("fleet_runner_leftover_directories 0\n"));
  EXPECT_THAT(ReadFile(Marker("log")), Not(HasSubstr("not_removed")));
  StopRunner();
}

TEST_F(RunnerBoundsTest, ADiskFilledByOneSlotLeavesTheOthersAlone) {
  StartOnDisk("size=256m", {"--disk_reserve=134217728"});
  FillAndSeeTheNeighbourThrough(
      "cd \"$TMPDIR\"; trap '' TERM; while true; do head -c 2000000 /dev/zero >> f || exit 1; sleep 0.01; done");
}

TEST_F(RunnerBoundsTest, AMillionFilesInOneSlotLeaveTheOthersAlone) {
  StartOnDisk("size=1g,nr_inodes=200k", {"--file_reserve=100000"});
  FillAndSeeTheNeighbourThrough(
      "cd \"$TMPDIR\"; perl -e 'for (1 .. 1000000) { open F, \">\", $_ or die; select undef, undef, undef, 0.001 if $_ "
      "% 100 == 0 }'");
}

TEST_F(RunnerBoundsTest, StepsKeepTheLimitOfOpenFilesThatTheRunnerRaisesForItself) {
  Add(1, absl::StrCat("ulimit -Sn > '", Marker("step"), "'; grep 'open files' /proc/$(cut -d' ' -f4 /proc/$PPID/stat)",
                      "/limits > '", Marker("runner"), "'"));
  StartWithOpenFiles("-Sn 512");
  Last(1);
  EXPECT_EQ(ReadFile(Marker("step")), "512\n");
  // "Max open files  SOFT  HARD  files"
  std::istringstream fields(ReadFile(Marker("runner")));
  std::string word;
  int64_t soft = 0;
  fields >> word >> word >> word >> soft;
  EXPECT_GT(soft, 512);
  StopRunner();
}

TEST_F(RunnerBoundsTest, SaysWhetherItCouldTakeATask) {
  Start({"/usr/bin/env"});
  EXPECT_TRUE(WaitUntil([&] { return fs::exists(Marker("ports")); }));
  EXPECT_TRUE(WaitUntil([&] { return absl::StartsWith(Ops("/readyz"), "HTTP/1.1 200 "); })) << Ops("/readyz");
  EXPECT_THAT(Ops("/healthz"), HasSubstr("\r\n\r\nok\n"));
  StopRunner();
}

TEST_F(RunnerBoundsTest, IsNotReadyOnADiskThatIsNearlyFull) {
  StartOnDisk("size=16m", {"--disk_reserve=67108864"});
  EXPECT_TRUE(WaitUntil([&] { return fs::exists(Marker("ports")); }));
  EXPECT_TRUE(WaitUntil([&] { return absl::EndsWith(Ops("/readyz"), "not ready: the disk is nearly full\n"); }))
      << Ops("/readyz");
  EXPECT_THAT(Ops("/healthz"), StartsWith("HTTP/1.1 200 "));
  StopRunner();
}

TEST_F(RunnerBoundsTest, TwoRunnersStartOnOneHostWithTheirDefaults) {
  const std::vector<std::string> defaults = {"--metrics_listen=", "--port_file="};
  Start({"/usr/bin/env"}, defaults);
  const std::unique_ptr<ChildProcess> first = std::move(runner_);
  Start({"/usr/bin/env"}, defaults);
  EXPECT_TRUE(WaitUntil([&] { return service_.runner_ids().size() == 2; }));
  StopRunner();
}

}  // namespace
}  // namespace fleet::runner
