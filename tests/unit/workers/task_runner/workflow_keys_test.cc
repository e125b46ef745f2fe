// Every key of a workflow has its effect in a run: a new one without an entry here is a failure.
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/metrics/runner_metrics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/wait_until.h"
#include "tests/unit/workers/task_runner/fake_runner_service.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/boot_clock.h"
#include "workers/task_runner/leftover_remover.h"
#include "workers/task_runner/runner_loop.h"
#include "workers/task_runner/task_directories.h"
#include "workers/task_runner/task_executor.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;

// One run of a workflow on a repository with a file "a".
class WorkflowRun {
 public:
  explicit WorkflowRun(v1::Workflow workflow) {
    GitSettings settings;
    settings.protocols = {"file"};
    RunnerConfig config;
    config.name = "test";
    v1::Lease lease;
    lease.set_task_id(kTaskId);
    lease.set_repo("acme/r");
    lease.set_clone_url("file://" + bare_);
    lease.set_branch(kBranch);
    v1::LeasedFleet fleet;
    fleet.set_fleet_id("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    *fleet.mutable_workflow() = std::move(workflow);
    const std::string work_directory = git_.directory() / "work";
    std::filesystem::create_directory(work_directory);
    FakeRunnerService service;
    service.Add(lease, fleet);
    BootClock clock;
    RunnerClient client({service.address()}, "tester");
    prometheus::Registry registry;
    metrics::RunnerMetrics metrics(registry);
    LeftoverRemover leftovers(Clock::System(), metrics);
    TaskDirectories directories(work_directory, leftovers);
    TaskExecutor executor(settings, directories, Clock::System());
    RunnerLoop loop(config, client, executor, clock);
    std::thread thread([&] { EXPECT_TRUE(loop.Run().ok()); });
    EXPECT_TRUE(fleet::testing::WaitUntil([&] { return service.Get(kTaskId).ended; }));
    loop.Drain();
    thread.join();
    const std::vector<v1::TaskReport> reports = service.Get(kTaskId).reports;
    if (!reports.empty()) report_ = reports.back();
  }

  const v1::TaskReport& report() const { return report_; }
  const std::string& log() const { return report_.result().log_tail(); }
  bool IsPushed() { return !git_.Branch(bare_, kBranch).empty(); }
  std::string Commit(const std::string& format) {
    return git_.Git(bare_, {"log", "-1", "--format=" + format, kBranch});
  }

 private:
  GitFixture git_;
  std::string bare_ = git_.MakeRepository("r", {{"a", "one\n"}});
  v1::TaskReport report_;
};

v1::Workflow WithScript(const std::string& script) {
  v1::Workflow workflow;
  workflow.set_title("The title");
  workflow.add_steps()->set_name("only");
  workflow.mutable_steps(0)->set_script(script);
  return workflow;
}

v1::Workflow Changing() { return WithScript("echo two > a"); }

void TitleIsTheMessage() { EXPECT_EQ(WorkflowRun(Changing()).Commit("%s"), "The title"); }

void StepsRunInOrder() {
  v1::Workflow workflow = WithScript("echo first");
  *workflow.add_steps() = workflow.steps(0);
  workflow.mutable_steps(1)->set_script("echo second");
  EXPECT_THAT(WorkflowRun(workflow).log(), HasSubstr("first\n==> only\nsecond\n"));
}

void ReportOnlyPushesNothing() {
  v1::Workflow workflow = Changing();
  EXPECT_TRUE(WorkflowRun(workflow).IsPushed());
  workflow.set_report_only(true);
  EXPECT_FALSE(WorkflowRun(workflow).IsPushed());
}

void TheStepsNameIsInTheLog() { EXPECT_THAT(WorkflowRun(Changing()).log(), HasSubstr("==> only\n")); }

void TheCommandRunsWithItsArguments() {
  v1::Workflow workflow = WithScript("");
  for (const char* word : {"printf", "<%s>", "a b", "$HOME"}) workflow.mutable_steps(0)->add_command(word);
  EXPECT_THAT(WorkflowRun(workflow).log(), HasSubstr("<a b><$HOME>"));
}

void TheScriptRuns() {
  EXPECT_THAT(WorkflowRun(WithScript("echo one; false; echo two")).log(), HasSubstr("==> only\none\n"));
}

void TheInterpreterRunsTheScript() {
  v1::Workflow workflow = WithScript("BEGIN { print \"awk \" 6 * 7 }");
  for (const char* word : {"awk", "-f"}) workflow.mutable_steps(0)->add_interpreter(word);
  EXPECT_THAT(WorkflowRun(workflow).log(), HasSubstr("awk 42\n"));
}

void TheEnvironmentIsTheSteps() {
  v1::Workflow workflow = WithScript("echo \"$GREETING $LANG\"");
  (*workflow.mutable_steps(0)->mutable_environment())["GREETING"] = "hello $USER";
  (*workflow.mutable_steps(0)->mutable_environment())["LANG"] = "C";
  EXPECT_THAT(WorkflowRun(workflow).log(), HasSubstr("hello $USER C\n"));
}

void TheTimeoutEndsTheStep() {
  v1::Workflow workflow = WithScript("exec sleep 1000");
  workflow.mutable_steps(0)->mutable_timeout()->set_seconds(1);
  EXPECT_EQ(WorkflowRun(workflow).report().state(), v1::TASK_STATE_TIMED_OUT);
}

void TheAuthorIsWrittenTwice() {
  v1::Workflow workflow = Changing();
  workflow.mutable_commit()->set_author_name("Ada");
  EXPECT_EQ(WorkflowRun(workflow).Commit("%an %cn %ae"), "Ada Ada fleet@localhost");
}

void TheAddressIsWrittenTwice() {
  v1::Workflow workflow = Changing();
  workflow.mutable_commit()->set_author_email("ada@example.org");
  EXPECT_EQ(WorkflowRun(workflow).Commit("%ae %ce %an"), "ada@example.org ada@example.org Fleet");
}

void TheMessageStandsInTheTitlesPlace() {
  v1::Workflow workflow = Changing();
  workflow.mutable_commit()->set_message("Other\n\nBecause.\n");
  EXPECT_EQ(WorkflowRun(workflow).Commit("%B"), absl::StrCat("Other\n\nBecause.\n\nFleet-Task: ", kTaskId));
}

struct KeyCase {
  const google::protobuf::Descriptor* message;
  const char* field;
  const char* documented_as;
  void (*effect)();  // null: none in a run
};

std::vector<KeyCase> Keys() {
  const auto* const workflow = v1::Workflow::descriptor();
  const auto* const step = v1::WorkflowStep::descriptor();
  const auto* const commit = v1::WorkflowCommit::descriptor();
  return {
      // The name under which it is stored and submitted, and when that was: the service's tests.
      {workflow, "workflow_ref", "workflow", nullptr},
      {workflow, "version", "version", nullptr},
      {workflow, "create_time", "", nullptr},
      {workflow, "withdraw_time", "", nullptr},
      // What a submission is held to: the service's tests.
      {workflow, "parameters", "parameters", nullptr},
      {workflow, "pool", "pool", nullptr},
      {workflow, "title", "title", TitleIsTheMessage},
      {workflow, "steps", "steps", StepsRunInOrder},
      {workflow, "commit", "commit.message", TheMessageStandsInTheTitlesPlace},
      {workflow, "report_only", "report_only", ReportOnlyPushesNothing},
      {step, "name", "steps[].name", TheStepsNameIsInTheLog},
      {step, "command", "steps[].command", TheCommandRunsWithItsArguments},
      {step, "script", "steps[].script", TheScriptRuns},
      {step, "interpreter", "steps[].interpreter", TheInterpreterRunsTheScript},
      {step, "environment", "steps[].environment", TheEnvironmentIsTheSteps},
      {step, "timeout", "steps[].timeout", TheTimeoutEndsTheStep},
      {commit, "author_name", "commit.author_name", TheAuthorIsWrittenTwice},
      {commit, "author_email", "commit.author_email", TheAddressIsWrittenTwice},
      {commit, "message", "commit.message", TheMessageStandsInTheTitlesPlace},
  };
}

class WorkflowKeyTest : public ::testing::TestWithParam<KeyCase> {};

TEST_P(WorkflowKeyTest, HasItsEffectInARun) { GetParam().effect(); }

std::vector<KeyCase> KeysOfARun() {
  std::vector<KeyCase> keys = Keys();
  std::erase_if(keys, [](const KeyCase& key) { return key.effect == nullptr; });
  return keys;
}

INSTANTIATE_TEST_SUITE_P(Table, WorkflowKeyTest, ::testing::ValuesIn(KeysOfARun()),
                         [](const auto& key) { return absl::StrCat(key.param.message->name(), "_", key.param.field); });

TEST(WorkflowKeysTest, EveryKeyOfTheContractIsTriedAndDocumented) {
  std::set<std::string> tried;
  for (const KeyCase& key : Keys()) tried.insert(absl::StrCat(key.message->name(), ".", key.field));
  for (const auto* message :
       {v1::Workflow::descriptor(), v1::WorkflowStep::descriptor(), v1::WorkflowCommit::descriptor()}) {
    for (int i = 0; i < message->field_count(); ++i) {
      EXPECT_EQ(tried.count(absl::StrCat(message->name(), ".", message->field(i)->name())), 1U)
          << "nobody tries whether " << message->field(i)->full_name() << " has an effect";
    }
  }
  const std::string document = ReadFile(FLEET_WORKFLOW_DOC);
  for (const KeyCase& key : Keys()) {
    if (*key.documented_as == '\0') continue;
    EXPECT_THAT(document, HasSubstr(absl::StrCat("`", key.documented_as, "`")));
  }
}

}  // namespace
}  // namespace fleet::runner
