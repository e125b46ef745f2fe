#include "workers/task_runner/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "common/clock/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/metrics/metrics_text.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/output_text.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::WaitUntil;
using ::testing::HasSubstr;
using Ending = ProcessResult::Ending;

class SubprocessTest : public ::testing::Test {
 protected:
  ProcessSpec Shell(const std::string& script) {
    ProcessSpec spec;
    spec.argv = {"/bin/sh", "-c", script};
    spec.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"D", directory_.path()}};
    spec.working_directory = directory_.path();
    spec.kill_grace = absl::Seconds(20);
    return spec;
  }
  absl::StatusOr<ProcessResult> Run(const ProcessSpec& spec) { return subprocess_.Run(spec, stop_, output_); }
  // A process that a script left its id for is gone.
  void ExpectGone(const std::string& pid_file) {
    const std::string pid = PidIn(directory_ / pid_file);
    ASSERT_NE(pid, "");
    EXPECT_FALSE(IsAlive(pid));
  }

  TestDirectory directory_;
  StopToken stop_;
  OutputTail output_;
  Subprocess subprocess_{Clock::System()};
};

TEST_F(SubprocessTest, CountsWhatRuns) {
  prometheus::Registry registry;
  metrics::RunnerMetrics metrics(registry);
  const Subprocess counted(Clock::System(), &metrics);
  std::thread running(
      [&] { EXPECT_TRUE(counted.Run(Shell("while [ ! -e go ]; do sleep 0.01; done"), stop_, output_).ok()); });
  EXPECT_TRUE(WaitUntil(
      [&] { return metrics::MetricsText(registry).find("fleet_runner_processes 1\n") != std::string::npos; }));
  WriteFile(directory_ / "go", "");
  running.join();
  EXPECT_THAT(metrics::MetricsText(registry), HasSubstr("fleet_runner_processes 0\n"));
  ProcessSpec missing = Shell("");
  missing.argv = {"/no/such/program"};
  EXPECT_FALSE(counted.Run(missing, stop_, output_).ok());
  EXPECT_THAT(metrics::MetricsText(registry), HasSubstr("fleet_runner_processes 0\n"));
}

TEST_F(SubprocessTest, ReportsExitCodeAndInterleavedOutput) {
  const auto result = Run(Shell("echo out; echo err >&2; echo out2; exit 7"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->ending, Ending::kExited);
  EXPECT_EQ(result->exit_code, 7);
  EXPECT_EQ(output_.Text(), "out\nerr\nout2\n");
}

TEST_F(SubprocessTest, SeparatesErrorsWhenAsked) {
  OutputTail errors;
  const auto result = subprocess_.Run(Shell("echo out; echo err >&2"), stop_, output_, &errors);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(output_.Text(), "out\n");
  EXPECT_EQ(errors.Text(), "err\n");
}

TEST_F(SubprocessTest, ReportsTheSignalThatKilledIt) {
  const auto result = Run(Shell("kill -SEGV $$"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->ending, Ending::kSignalled);
  EXPECT_EQ(result->signal, SIGSEGV);
}

TEST_F(SubprocessTest, ArgumentsAreDataNotShell) {
  ProcessSpec spec = Shell("");
  spec.argv = {"printf", "%s|", "$(touch pwned)", "`id`", "a 'b' \"c\"", "; exit 3"};
  const auto result = Run(spec);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->succeeded());
  EXPECT_EQ(output_.Text(), "$(touch pwned)|`id`|a 'b' \"c\"|; exit 3|");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "pwned"));
}

TEST_F(SubprocessTest, GivesExactlyTheEnvironmentAsked) {
  setenv("RUNNER_SECRET", "hunter2", 1);
  ProcessSpec spec = Shell("");
  spec.argv = {"/usr/bin/env"};
  spec.environment = {{"ONE", "1"}};
  ASSERT_TRUE(Run(spec).ok());
  unsetenv("RUNNER_SECRET");
  EXPECT_EQ(output_.Text(), "ONE=1\n");
}

TEST_F(SubprocessTest, StdinIsEmptyAndOtherDescriptorsAreClosed) {
  // Not close-on-exec, as a careless library would open it.
  const int leaked = open("/dev/null", O_RDONLY);
  const int high = fcntl(leaked, F_DUPFD, 200);
  const auto result = Run(Shell("cat; ls /proc/self/fd | tr '\\n' ' '"));
  close(leaked);
  close(high);
  ASSERT_TRUE(result.ok());
  // 3 is the directory that ls reads.
  EXPECT_EQ(output_.Text(), "0 1 2 3 ");
}

TEST_F(SubprocessTest, StdinIsTheFileAskedFor) {
  WriteFile(directory_ / "input", "one\ntwo\n");
  ProcessSpec spec = Shell("cat; ls /proc/self/fd | tr '\\n' ' '");
  spec.stdin_path = directory_ / "input";
  const auto result = Run(spec);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(output_.Text(), "one\ntwo\n0 1 2 3 ");
  spec.stdin_path = directory_ / "missing";
  EXPECT_EQ(Run(spec).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SubprocessTest, ASinkThatHasEnoughEndsTheProgram) {
  for (const bool of_errors : {false, true}) {
    OutputText few(10);
    const std::string script = of_errors ? "trap '' TERM PIPE; while :; do echo line >&2; done"
                                         : "trap '' TERM PIPE; while :; do echo line; done";
    const auto result = of_errors ? subprocess_.Run(Shell(script), stop_, output_, &few)
                                  : subprocess_.Run(Shell(script), stop_, few, &output_);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->ending, Ending::kCutOff);
    EXPECT_FALSE(result->succeeded());
  }
}

TEST_F(SubprocessTest, SignalsAreNeitherBlockedNorIgnored) {
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, &old);
  auto* const before = signal(SIGHUP, SIG_IGN);
  ASSERT_TRUE(Run(Shell("grep -E 'Sig(Blk|Ign)' /proc/self/status")).ok());
  signal(SIGHUP, before);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  EXPECT_EQ(output_.Text(), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(SubprocessTest, KeepsOnlyTheTailOfEndlessOutput) {
  const auto result = Run(Shell("head -c 3000000 /dev/zero | tr '\\0' x; printf END"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(output_.total_bytes(), 3000003u);
  EXPECT_EQ(output_.Text().size(), domain::kMaxLogTail);
  EXPECT_THAT(output_.Text(), ::testing::EndsWith("xEND"));
}

TEST_F(SubprocessTest, FindsProgramsInItsOwnPathOnly) {
  WriteFile(directory_ / "bin/tool", "#!/bin/sh\necho tool\n");
  std::filesystem::permissions(directory_ / "bin/tool", std::filesystem::perms::owner_all);
  ProcessSpec spec = Shell("");
  spec.argv = {"tool"};
  EXPECT_EQ(Run(spec).status().code(), absl::StatusCode::kNotFound);
  spec.environment["PATH"] = "bin:/usr/bin";
  ASSERT_TRUE(Run(spec).ok());
  EXPECT_EQ(output_.Text(), "tool\n");
}

TEST_F(SubprocessTest, SaysWhyAProgramCannotRun) {
  ProcessSpec spec = Shell("");
  spec.argv = {"./missing"};
  EXPECT_EQ(Run(spec).status().code(), absl::StatusCode::kNotFound);
  WriteFile(directory_ / "text", "no program");
  spec.argv = {"./text"};
  EXPECT_EQ(Run(spec).status().code(), absl::StatusCode::kPermissionDenied);
  spec = Shell("true");
  spec.environment["HUGE"] = std::string(1 << 20, 'x');
  EXPECT_EQ(Run(spec).status().code(), absl::StatusCode::kInvalidArgument);
  spec = Shell("true");
  spec.working_directory = directory_ / "missing";
  EXPECT_EQ(Run(spec).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SubprocessTest, TimeoutEndsTheWholeTree) {
  ProcessSpec spec = Shell(
      "(trap '' TERM; echo $$ > g1; sh -c 'echo $$ > g2; exec sleep 1000') & "
      "setsid sh -c 'echo $$ > g3; exec sleep 1000' & "
      "while [ ! -s g2 ] || [ ! -s g3 ]; do sleep 0.01; done; sleep 1000");
  spec.timeout = absl::Seconds(2);
  spec.kill_grace = absl::Milliseconds(50);
  const auto result = Run(spec);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->ending, Ending::kTimedOut);
  ExpectGone("g2");
  ExpectGone("g3");
}

TEST_F(SubprocessTest, LetsAProgramEndWellWithinTheGrace) {
  ProcessSpec spec = Shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  spec.timeout = absl::Milliseconds(300);
  const auto result = Run(spec);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->ending, Ending::kTimedOut);
  EXPECT_THAT(output_.Text(), HasSubstr("bye"));
}

TEST_F(SubprocessTest, BeginsNothingThatMustNotGoOn) {
  ProcessSpec spec = Shell("touch ran");
  spec.timeout = absl::ZeroDuration();
  EXPECT_EQ(Run(spec)->ending, Ending::kTimedOut);
  stop_.Stop(StopReason::kReleased);
  EXPECT_EQ(Run(Shell("touch ran"))->ending, Ending::kStopped);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "ran"));
}

TEST_F(SubprocessTest, StopFromAnotherThreadEndsIt) {
  std::thread stopper([&] {
    EXPECT_TRUE(WaitUntil([&] { return !PidIn(directory_ / "pid").empty(); }));
    stop_.Stop(StopReason::kCancelled);
  });
  const auto result = Run(Shell("echo $$ > pid; exec sleep 1000"));
  stopper.join();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->ending, Ending::kStopped);
  ExpectGone("pid");
}

TEST_F(SubprocessTest, ALostLeaseKillsWithoutGrace) {
  std::thread stopper([&] {
    EXPECT_TRUE(WaitUntil([&] { return !PidIn(directory_ / "pid").empty(); }));
    stop_.Stop(StopReason::kCancelled);  // ignored by the program, for the whole grace
    stop_.Stop(StopReason::kLeaseLost);
  });
  ProcessSpec spec = Shell("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done");
  spec.kill_grace = absl::Hours(1);
  const auto result = Run(spec);
  stopper.join();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->ending, Ending::kStopped);
  EXPECT_EQ(result->signal, SIGKILL);
}

TEST_F(SubprocessTest, KillsWhatItLeavesInTheBackground) {
  const auto result =
      Run(Shell("sleep 1000 & echo $! > b1; setsid sh -c 'echo $$ > b2; exec sleep 1000' & "
                "while [ ! -s b2 ]; do sleep 0.01; done; exit 0"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->succeeded());
  ExpectGone("b1");
  ExpectGone("b2");
}

TEST_F(SubprocessTest, NothingOutlivesAKilledRunner) {
  const pid_t runner = fork();
  if (runner == 0) {
    const auto result = Run(Shell(
        "echo $$ > leader; sleep 1000 & echo $! > child; setsid sh -c 'echo $$ > escaped; exec sleep 1000' & wait"));
    _exit(0);
  }
  ASSERT_TRUE(WaitUntil([&] {
    return !PidIn(directory_ / "leader").empty() && !PidIn(directory_ / "child").empty() &&
           !PidIn(directory_ / "escaped").empty();
  }));
  kill(runner, SIGKILL);
  waitpid(runner, nullptr, 0);
  for (const char* file : {"leader", "child", "escaped"}) {
    EXPECT_TRUE(WaitUntil([&] { return !IsAlive(PidIn(directory_ / file)); })) << file;
  }
}

TEST_F(SubprocessTest, AKilledSupervisorTakesTheGroupAlong) {
  const auto result = Run(Shell("sleep 1000 & echo $! > child; echo $$ > leader; kill -KILL $PPID; sleep 1000"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(ToFailure(result.status()).reason(), v1::FAILURE_REASON_PROCESS_KILLED);
  for (const char* file : {"leader", "child"}) {
    EXPECT_TRUE(WaitUntil([&] { return !IsAlive(PidIn(directory_ / file)); })) << file;
  }
}

}  // namespace
}  // namespace fleet::runner
