#include "workers/task_runner/step_runner.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class StepRunnerTest : public ::testing::Test {
 protected:
  StepRunnerTest() {
    std::filesystem::create_directory(directory_ / "tree");
    context_.task_id = "T-1";
    context_.description = "Fix \"this\" $(touch pwned) `touch pwned` 'now'; touch pwned\n--flag";
    context_.parameters = {{"version", "$(touch pwned) \"1\""}};
  }
  v1::WorkflowStep& AddScript(const std::string& name, const std::string& script) {
    v1::WorkflowStep& step = *workflow_.add_steps();
    step.set_name(name);
    step.set_script(script);
    return step;
  }
  absl::Status Run() {
    const Subprocess subprocess(Clock::System());
    const StepRunner runner(subprocess, {directory_ / "tree", directory_.path()}, context_, settings_);
    return runner.Run(workflow_, WorkBounds(Clock::System(), timeout_, stop_), log_, output_);
  }
  v1::Failure Fail() {
    const absl::Status status = Run();
    EXPECT_FALSE(status.ok());
    return status.ok() ? v1::Failure() : ToFailure(status);
  }
  std::string InTree(const std::string& name) { return ReadFile(directory_ / ("tree/" + name)); }

  TestDirectory directory_;
  TaskContext context_;
  StepSettings settings_;
  v1::Workflow workflow_;
  StopToken stop_;
  absl::Duration timeout_ = absl::Minutes(5);
  OutputTail log_;
  StepOutput output_;
};

TEST_F(StepRunnerTest, AStepIsToldBelowWhichSpanItIs) {
  AddScript("one", "echo \"${TRACEPARENT-none}\" > one");
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(InTree("one"), "none\n");
  constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const TaskTrace trace(tracing::Tracer::Off(), Clock::System(), kTraceparent);
  const Subprocess subprocess(Clock::System());
  const StepRunner runner(subprocess, {directory_ / "tree", directory_ / "again"}, context_, settings_, trace);
  std::filesystem::create_directory(directory_ / "again");
  EXPECT_TRUE(runner.Run(workflow_, WorkBounds(Clock::System(), timeout_, stop_), log_, output_).ok());
  EXPECT_EQ(InTree("one"), std::string(kTraceparent) + "\n");
}

TEST_F(StepRunnerTest, RunsStepsInOrderInTheTree) {
  AddScript("one", "pwd > where; echo from one");
  v1::WorkflowStep& command = *workflow_.add_steps();
  command.set_name("two");
  for (const char* argument : {"/bin/sh", "-c", "test -f where && echo from two"}) command.add_command(argument);
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(InTree("where"), std::filesystem::canonical(directory_ / "tree").string() + "\n");
  EXPECT_EQ(log_.Text(), "==> one\nfrom one\n==> two\nfrom two\n");
}

TEST_F(StepRunnerTest, TaskTextReachesStepsAsData) {
  AddScript("write",
            "printf %s \"$FLEET_TASK_DESCRIPTION\" > description; printf %s \"$FLEET_PARAM_VERSION\" > version\n"
            "cp \"$FLEET_INPUT\" input");
  ASSERT_TRUE(Run().ok()) << log_.Text();
  EXPECT_EQ(InTree("description"), context_.description);
  EXPECT_EQ(InTree("version"), context_.parameters["version"]);
  EXPECT_EQ(InTree("input"), ContextJson(context_));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "tree/pwned"));
}

TEST_F(StepRunnerTest, TheEnvironmentHoldsNothingElse) {
  setenv("RUNNER_SECRET", "hunter2", 1);
  context_.description = "one line";
  auto& environment = *AddScript("env", "env | cut -d= -f1 | sort").mutable_environment();
  environment["EXTRA"] = "1";
  environment["FLEET_TASK_ID"] = "forged";
  workflow_.mutable_steps(0)->add_interpreter("/bin/sh");
  AddScript("id", "echo \"$FLEET_TASK_ID\"; test -d \"$HOME\" -a -d \"$TMPDIR\"");
  ASSERT_TRUE(Run().ok()) << log_.Text();
  unsetenv("RUNNER_SECRET");
  EXPECT_EQ(log_.Text(),
            "==> env\nEXTRA\nFLEET_ATTEMPT\nFLEET_BRANCH\nFLEET_ID\nFLEET_INPUT\nFLEET_OUTPUT\nFLEET_PARAM_VERSION\n"
            "FLEET_REPO\nFLEET_TASK_DESCRIPTION\nFLEET_TASK_ID\nHOME\nLANG\nPATH\nPWD\nTMPDIR\n==> id\nT-1\n");
}

TEST_F(StepRunnerTest, TheOperatorsSettingsReachEveryStepAndTheWorkflowsWin) {
  settings_.environment = {{"HTTPS_PROXY", "http://proxy:3128"}, {"LEVEL", "low"}, {"FLEET_ID", "mine"}};
  settings_.home = {{".npmrc", "token\n"}};
  AddScript("one", "cat ~/.npmrc > seen; echo \"$HTTPS_PROXY $LEVEL [$FLEET_ID]\" >> seen; rm ~/.npmrc");
  (*workflow_.mutable_steps(0)->mutable_environment())["LEVEL"] = "high";
  ASSERT_TRUE(Run().ok()) << log_.Text();
  EXPECT_EQ(InTree("seen"), "token\nhttp://proxy:3128 high []\n");
  EXPECT_EQ(log_.Text(), "==> fleet: the runner's operator passes FLEET_ID, HTTPS_PROXY, LEVEL, ~/.npmrc\n==> one\n");
}

TEST_F(StepRunnerTest, ScriptsStopAtTheFirstErrorAndUseTheInterpreterNamed) {
  AddScript("awk", "BEGIN { print \"awk ran\" }").add_interpreter("awk");
  workflow_.mutable_steps(0)->add_interpreter("-f");
  AddScript("sh", "false\necho not reached");
  EXPECT_THAT(Fail().message(), StartsWith("step \"sh\" failed with exit code 1"));
  EXPECT_THAT(log_.Text(), AllOf(HasSubstr("awk ran"), Not(HasSubstr("not reached"))));
}

TEST_F(StepRunnerTest, TheFirstFailureEndsTheTask) {
  AddScript("build", "echo compiling; echo 'error: no such thing' >&2; exit 3");
  AddScript("never", "touch ran");
  const v1::Failure failure = Fail();
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_AGENT);
  EXPECT_EQ(failure.message(), "step \"build\" failed with exit code 3: compiling\nerror: no such thing");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "tree/ran"));
}

TEST_F(StepRunnerTest, NamesTheSignal) {
  AddScript("crash", "kill -SEGV $$");
  const v1::Failure failure = Fail();
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_STEP_KILLED);
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_AGENT);
  EXPECT_EQ(failure.message(), "step \"crash\" was killed by signal 11 (Segmentation fault)");
}

TEST_F(StepRunnerTest, NamesTheSignalOfAProgramOfItsScript) {
  AddScript("test", "sh -c 'kill -KILL $$'");
  const v1::Failure failure = Fail();
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_STEP_KILLED);
  EXPECT_THAT(failure.message(),
              HasSubstr("step \"test\" failed with exit code 137: a program was killed by signal 9 (Killed)"));
}

TEST_F(StepRunnerTest, AMissingProgramIsAMistakeOfTheWorkflow) {
  v1::WorkflowStep& step = *workflow_.add_steps();
  step.set_name("lint");
  step.add_command("no-such-linter");
  const v1::Failure failure = Fail();
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_STEP_NOT_FOUND);
  EXPECT_EQ(failure.message(), "step \"lint\" could not be started: cannot run \"no-such-linter\": not found in PATH");
}

TEST_F(StepRunnerTest, ParametersTooLargeForAProcessSaySo) {
  for (int i = 0; i < 50; ++i) context_.parameters["p" + std::to_string(i)] = std::string(100'000, 'x');
  AddScript("any", "true");
  const v1::Failure failure = Fail();
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_PARAMETERS_TOO_LARGE);
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_THAT(failure.message(), HasSubstr("Argument list too long"));
}

TEST_F(StepRunnerTest, TheStepsOwnTimeoutAndTheTasks) {
  AddScript("slow", "sleep 1000").mutable_timeout()->set_nanos(100'000'000);
  absl::Status status = Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ToFailure(status).message(), "step \"slow\" ran longer than its timeout of 100ms");
  EXPECT_EQ(ToFailure(status).reason(), v1::FAILURE_REASON_STEP_TIMED_OUT);
  std::filesystem::remove_all(directory_ / "steps");
  std::filesystem::remove_all(directory_ / "home");
  std::filesystem::remove_all(directory_ / "tmp");
  workflow_.mutable_steps(0)->clear_timeout();
  timeout_ = absl::Milliseconds(100);
  status = Run();
  EXPECT_EQ(ToFailure(status).category(), v1::FAILURE_CATEGORY_TIMEOUT);
  EXPECT_EQ(ToFailure(status).reason(), v1::FAILURE_REASON_TASK_TIMED_OUT);
  EXPECT_THAT(ToFailure(status).message(), HasSubstr("task's timeout of 100ms"));
}

TEST_F(StepRunnerTest, StoppedStepsAreCancelled) {
  stop_.Stop(StopReason::kCancelled);
  AddScript("slow", "sleep 1000");
  EXPECT_EQ(Run().code(), absl::StatusCode::kCancelled);
}

TEST_F(StepRunnerTest, MergesWhatStepsWrite) {
  AddScript("one", R"(echo '{"summary": "first", "cost_usd": 1}' > "$FLEET_OUTPUT")");
  AddScript("two", R"(test ! -e "$FLEET_OUTPUT"; echo '{"summary": "second", "cost_usd": 2}' > "$FLEET_OUTPUT")");
  ASSERT_TRUE(Run().ok()) << log_.Text();
  EXPECT_EQ(output_.summary, "second");
  EXPECT_EQ(output_.cost_usd, 3);
}

TEST_F(StepRunnerTest, WrongOutputIsAFailureOfItsOwn) {
  AddScript("one", "mkfifo \"$FLEET_OUTPUT\"");
  const v1::Failure failure = Fail();
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_BAD_OUTPUT);
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_EQ(failure.message(),
            "step \"one\" wrote a wrong result: its FLEET_OUTPUT cannot be used: it is not a regular file");
}

struct VerdictCase {
  const char* script;
  const char* reason;
  const char* message;
};

TEST_F(StepRunnerTest, ExitCodesAndOutputDecideTheReason) {
  const VerdictCase cases[] = {
      {"exit 69", "STEP_UNAVAILABLE", "step \"s\" failed with exit code 69"},
      {"exit 75", "STEP_SHORT_OF_RESOURCES", "step \"s\" failed with exit code 75"},
      {"exit 77", "STEP_NOT_PERMITTED", "step \"s\" failed with exit code 77"},
      {"exit 78", "STEP_MISCONFIGURED", "step \"s\" failed with exit code 78"},
      {"exit 127", "STEP_NOT_FOUND", "step \"s\" failed with exit code 127"},
      {"exit 2", "STEP_FAILED", "step \"s\" failed with exit code 2"},
      {R"(echo '{"failure_category": "blocked", "failure_message": "needs a token"}' > "$FLEET_OUTPUT"; exit 75)",
       "STEP_BLOCKED", "step \"s\" failed: needs a token"},
      {R"(echo '{"failure_category": "guardrail"}' > "$FLEET_OUTPUT")", "STEP_REFUSED",
       "step \"s\" failed: it says so in FLEET_OUTPUT"},
      {R"(echo '{"failure_message": "too old"}' > "$FLEET_OUTPUT"; exit 78)", "STEP_MISCONFIGURED",
       "step \"s\" failed: too old; it failed with exit code 78"},
      {"echo '{' > \"$FLEET_OUTPUT\"; exit 75", "STEP_SHORT_OF_RESOURCES",
       "step \"s\" failed with exit code 75; its FLEET_OUTPUT cannot be used: it is not valid JSON"},
  };
  for (const auto& [script, reason, message] : cases) {
    for (const char* name : {"steps", "home", "tmp"}) std::filesystem::remove_all(directory_ / name);
    workflow_.clear_steps();
    AddScript("s", script);
    const v1::Failure failure = Fail();
    EXPECT_EQ(v1::FailureReason_Name(failure.reason()), absl::StrCat("FAILURE_REASON_", reason)) << script;
    EXPECT_EQ(failure.message(), message);
  }
}

}  // namespace
}  // namespace fleet::runner
