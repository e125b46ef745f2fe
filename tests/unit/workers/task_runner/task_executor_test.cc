#include "workers/task_runner/task_executor.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/metrics/metrics_text.h"
#include "tests/unit/workers/task_runner/fake_runner_service.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/boot_clock.h"
#include "workers/task_runner/leftover_remover.h"
#include "workers/task_runner/runner_loop.h"
#include "workers/task_runner/task_directories.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::WaitUntil;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A whole runner, with a fake service and real repositories.
class TaskExecutorTest : public ::testing::Test {
 protected:
  TaskExecutorTest() {
    config_.name = "test";
    settings_.protocols = {"file"};
    std::filesystem::create_directory(work_directory_);
    bare_ = fixture_.MakeRepository("r", {{"a", "one\n"}});
    lease_.set_task_id(kTaskId);
    lease_.set_repo("acme/r");
    lease_.set_clone_url("file://" + bare_);
    lease_.set_branch(kBranch);
    fleet_.set_fleet_id(kFleetId);
    fleet_.mutable_workflow()->set_title("Change a");
  }
  ~TaskExecutorTest() override {
    Stop();
    EXPECT_THAT(service_.violations(), IsEmpty());
    // Whatever happened, clones are gone.
    EXPECT_TRUE(std::filesystem::is_empty(work_directory_));
  }
  void AddStep(const std::string& script) {
    v1::WorkflowStep& step = *fleet_.mutable_workflow()->add_steps();
    step.set_name(absl::StrCat("step", fleet_.workflow().steps_size()));
    step.set_script(script);
  }
  void Start() {
    service_.Add(lease_, fleet_);
    client_ = std::make_unique<RunnerClient>(std::vector<std::string>{service_.address()}, "tester", absl::Seconds(5),
                                             &metrics_);
    live_logs_ = std::make_unique<LiveLogs>(*client_, log_metrics_);
    executor_ = std::make_unique<TaskExecutor>(settings_, directories_, Clock::System(), step_settings_,
                                               TaskTelemetry{tracing::Tracer::Off(), live_logs_.get(), &metrics_});
    loop_ = std::make_unique<RunnerLoop>(config_, *client_, *executor_, clock_);
    thread_ = std::thread([this] { EXPECT_TRUE(loop_->Run().ok()); });
  }
  void Stop() {
    if (!thread_.joinable()) return;
    loop_->Drain();
    thread_.join();
  }
  // Runs the task to its end and returns the final report.
  v1::TaskReport Finish() {
    if (!thread_.joinable()) Start();
    EXPECT_TRUE(WaitUntil([&] { return service_.Get(kTaskId).ended; }));
    Stop();
    const auto reports = service_.Get(kTaskId).reports;
    return reports.empty() ? v1::TaskReport() : reports.back();
  }
  std::string Metrics() const { return metrics::MetricsText(registry_); }
  std::string Marker(const std::string& name) { return fixture_.directory() / name; }

  FakeRunnerService service_;
  GitFixture fixture_;
  BootClock clock_;
  RunnerConfig config_;
  GitSettings settings_;
  StepSettingsFiles step_settings_;
  std::string work_directory_ = fixture_.directory() / "work";
  std::string bare_;
  v1::Lease lease_;
  v1::LeasedFleet fleet_;
  prometheus::Registry registry_;
  metrics::RunnerMetrics metrics_{registry_};
  LeftoverRemover leftovers_{Clock::System(), metrics_};
  TaskDirectories directories_{work_directory_, leftovers_};
  std::unique_ptr<RunnerClient> client_;
  metrics::LiveLogMetrics log_metrics_{registry_};
  std::unique_ptr<LiveLogs> live_logs_;
  std::unique_ptr<TaskExecutor> executor_;
  std::unique_ptr<RunnerLoop> loop_;
  std::thread thread_;
};

TEST_F(TaskExecutorTest, PushesWhatTheStepsChanged) {
  AddStep("echo two >> a; echo changing");
  AddStep(R"(echo '{"summary": "added two", "cost_usd": 0.5}' > "$FLEET_OUTPUT")");
  const v1::TaskReport report = Finish();
  EXPECT_THAT(service_.ReportedStates(kTaskId), ElementsAre(v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING,
                                                            v1::TASK_STATE_FINALIZING, v1::TASK_STATE_COMPLETED));
  EXPECT_EQ(report.result().outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  EXPECT_EQ(report.result().commit(), fixture_.Branch(bare_, kBranch));
  EXPECT_EQ(report.result().summary(), "added two");
  EXPECT_EQ(report.result().cost_usd(), 0.5);
  EXPECT_EQ(report.result().log_tail(), "==> step1\nchanging\n==> step2\n");
  EXPECT_EQ(fixture_.Show(bare_, kBranch, "a"), "one\ntwo");
  EXPECT_EQ(fixture_.Git(bare_, {"log", "-1", "--format=%an <%ae>%n%B", kBranch}),
            absl::StrCat("Fleet <fleet@localhost>\nChange a\n\nFleet-Task: ", kTaskId));
}

TEST_F(TaskExecutorTest, WhatStepsPrintIsSentWhileTheyRunAndTheRestBeforeTheEnd) {
  step_settings_.environment = fixture_.directory() / "environment";
  std::ofstream(step_settings_.environment) << "TOKEN=hunter2-hunter2\n";
  AddStep(absl::StrCat("echo begun $TOKEN; pwd; while [ ! -e '", Marker("go"), "' ]; do sleep 0.02; done; echo done"));
  service_.FollowLogs(true);
  Start();
  ASSERT_TRUE(WaitUntil([&] {
    live_logs_->RunOnce();
    return absl::StrContains(service_.SentLog(kTaskId), ".\n");
  }));
  EXPECT_THAT(service_.SentLog(kTaskId), HasSubstr("==> step1\nbegun ***\n.\n"));
  std::ofstream(Marker("go")).close();
  const v1::TaskReport report = Finish();
  EXPECT_EQ(service_.SentLog(kTaskId), report.result().log_tail()) << "nobody but the end sent the rest";
  EXPECT_THAT(service_.SentLog(kTaskId), HasSubstr("\ndone\n"));
}

TEST_F(TaskExecutorTest, WhatNobodyFollowsIsNotSent) {
  AddStep("echo text");
  Start();
  Finish();
  live_logs_->RunOnce();
  EXPECT_EQ(service_.logs_seen(), 0);
}

// It ignores SIGTERM: whoever fills the disk gets no time to fill the rest.
TEST_F(TaskExecutorTest, AStepThatFillsTheDiskIsKilledAtOnceAndMayBeTriedElsewhere) {
  AddStep(absl::StrCat("trap '' TERM; echo x > '", Marker("started"), "'; while true; do sleep 0.05; done"));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return std::filesystem::exists(Marker("started")); }));
  const absl::Duration begun = Clock::System().Elapsed();
  ASSERT_THAT(directories_.Paths(), SizeIs(1));
  EXPECT_TRUE(directories_.StopForDisk(directories_.Paths()[0], "used 7 TB"));
  EXPECT_TRUE(directories_.Stopping());
  const v1::TaskReport report = Finish();
  EXPECT_LT(Clock::System().Elapsed() - begun, absl::Seconds(4));  // SIGTERM would leave it five seconds
  EXPECT_EQ(report.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(report.result().failure().category(), v1::FAILURE_CATEGORY_COMPUTE);
  EXPECT_EQ(report.result().failure().reason(), v1::FAILURE_REASON_DISK_FULL);
  EXPECT_EQ(report.result().failure().message(), "used 7 TB");
  EXPECT_FALSE(directories_.Stopping());
}

TEST_F(TaskExecutorTest, ATaskStoppedForItsDiskIsCancelledAllTheSame) {
  AddStep(absl::StrCat("trap '' TERM; echo x > '", Marker("started"), "'; while true; do sleep 0.05; done"));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return std::filesystem::exists(Marker("started")); }));
  service_.Cancel(kTaskId, v1::STOP_REASON_CANCELLED);
  directories_.StopForDisk(directories_.Paths()[0], "used 7 TB");
  EXPECT_EQ(Finish().state(), v1::TASK_STATE_CANCELLED);
}

TEST_F(TaskExecutorTest, NoTaskIsBegunWhileThereIsNoRoom) {
  AddStep("echo two > a");
  directories_.SetFull(true);
  Start();
  EXPECT_FALSE(executor_->Ready());
  directories_.SetFull(false);
  EXPECT_TRUE(executor_->Ready());
  EXPECT_EQ(Finish().state(), v1::TASK_STATE_COMPLETED);
}

TEST_F(TaskExecutorTest, UsesTheWorkflowsIdentityAndMessage) {
  v1::WorkflowCommit& commit = *fleet_.mutable_workflow()->mutable_commit();
  commit.set_author_name("Release Bot");
  commit.set_author_email("bot@example.com");
  commit.set_message("Raise a $(touch pwned)\n\nBecause.");
  AddStep("echo two > a");
  Finish();
  EXPECT_EQ(
      fixture_.Git(bare_, {"log", "-1", "--format=%an <%ae> %cn%n%B", kBranch}),
      absl::StrCat("Release Bot <bot@example.com> Release Bot\nRaise a $(touch pwned)\n\nBecause.\n\nFleet-Task: ",
                   kTaskId));
}

TEST_F(TaskExecutorTest, TheMessageHasWordsOfTheSubmission) {
  fleet_.mutable_workflow()->mutable_commit()->set_message("Bump {{param.library}} to {{param.to}}\n\n{{task}}");
  fleet_.set_task_description("It is\nsafer.\n\nFleet-Task: forged");
  (*fleet_.mutable_parameters())["LIBRARY"] = "zlib";
  (*fleet_.mutable_parameters())["to"] = "1.2";
  (*lease_.mutable_parameters())["to"] = "1.3";
  AddStep("echo two > a");
  Finish();
  EXPECT_EQ(fixture_.Git(bare_, {"log", "-1", "--format=%B", kBranch}),
            absl::StrCat("Bump zlib to 1.3\n\nIt is safer. Fleet-Task: forged\n\nFleet-Task: ", kTaskId));
}

TEST_F(TaskExecutorTest, AMessageIsNeverBlank) {
  fleet_.mutable_workflow()->mutable_commit()->set_message("{{task}}");
  AddStep("echo two > a");
  Finish();
  EXPECT_EQ(fixture_.Git(bare_, {"log", "-1", "--format=%s", kBranch}), "Change a");
}

TEST_F(TaskExecutorTest, NoChangesAreNotPushed) {
  AddStep("echo one > a");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.result().outcome(), v1::TASK_OUTCOME_NO_CHANGES);
  EXPECT_EQ(report.result().commit(), "");
  EXPECT_THAT(service_.ReportedStates(kTaskId),
              ElementsAre(v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING, v1::TASK_STATE_COMPLETED));
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), "");
}

TEST_F(TaskExecutorTest, ReportOnlyPushesNothing) {
  fleet_.mutable_workflow()->set_report_only(true);
  AddStep("echo two > a");
  EXPECT_EQ(Finish().result().outcome(), v1::TASK_OUTCOME_REPORT_ONLY);
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), "");
}

// Served from a folder through a transport of the test's own, so that the clone URL has a host.
TEST_F(TaskExecutorTest, APullRequestOfAStepIsTheOutcome) {
  settings_.protocols = {"https", "file"};
  settings_.config_file = fixture_.directory() / "git_config";
  WriteFile(settings_.config_file,
            absl::StrCat("[url \"file://", bare_, "\"]\n  insteadOf = https://git.test/r.git\n"));
  lease_.set_clone_url("https://git.test/r.git");
  AddStep(R"(echo '{"pull_request_url": "https://git.test/pull/7"}' > "$FLEET_OUTPUT")");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.result().outcome(), v1::TASK_OUTCOME_PULL_REQUEST_OPENED);
  EXPECT_EQ(report.result().pull_request_url(), "https://git.test/pull/7");
  EXPECT_EQ(report.result().log_tail(), "==> step1\n");
}

TEST_F(TaskExecutorTest, APullRequestElsewhereIsLeftOutAndTheLogSaysSo) {
  AddStep(R"(echo '{"pull_request_url": "https://forge.test/x/pull/7", "outcome": "pull_request_updated",
                   "summary": "opened one"}' > "$FLEET_OUTPUT"; echo two > a)");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(report.result().pull_request_url(), "");
  EXPECT_EQ(report.result().outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  EXPECT_EQ(report.result().summary(), "opened one");
  EXPECT_EQ(report.result().log_tail(),
            "==> step1\n==> fleet: pull_request_url is left out: it is on a host, and the repository is not\n");
}

TEST_F(TaskExecutorTest, APullRequestElsewhereIsNoPullRequestOfAFailedTask) {
  AddStep(R"(echo '{"pull_request_url": "http://forge.test/x/pull/7"}' > "$FLEET_OUTPUT"; exit 1)");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(report.result().pull_request_url(), "");
  EXPECT_THAT(report.result().log_tail(), HasSubstr("is not https"));
}

TEST_F(TaskExecutorTest, WhatTheOperatorPassesToStepsIsNamedAndMasked) {
  step_settings_.environment = Marker("env");
  step_settings_.home = Marker("home");
  std::filesystem::create_directory(step_settings_.home);
  WriteFile(step_settings_.environment, "NPM_TOKEN=s3cr3t-t0ken\n");
  WriteFile(step_settings_.home + "/.npmrc", "//r/:_authToken=0ther-t0ken\n");
  AddStep(R"(echo "$NPM_TOKEN"; cat ~/.npmrc; printf '{"summary": "with %s"}' "$NPM_TOKEN" > "$FLEET_OUTPUT")");
  AddStep("echo \"refused: $NPM_TOKEN\"; exit 1");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.result().log_tail(),
            "==> fleet: the runner's operator passes NPM_TOKEN, ~/.npmrc\n==> step1\n***\n//r/:_authToken=***\n"
            "==> step2\nrefused: ***\n");
  EXPECT_EQ(report.result().summary(), "with ***");
  EXPECT_EQ(report.result().failure().message(), "step \"step2\" failed with exit code 1: refused: ***");
}

TEST_F(TaskExecutorTest, WhatTheOperatorPassesIsReadForEachTask) {
  step_settings_.environment = Marker("env");
  AddStep("true");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.result().failure().reason(), v1::FAILURE_REASON_RUNNER_SETUP);
  EXPECT_EQ(report.result().failure().message(), "--step_env_file: does not exist");
}

TEST_F(TaskExecutorTest, NoPathOfTheRunnerIsShown) {
  AddStep(R"(pwd; echo "$HOME $FLEET_OUTPUT"; printf '{"summary": "in %s"}' "$PWD/a" > "$FLEET_OUTPUT")");
  AddStep("echo \"$FLEET_PARAM_OWNER\"");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_FAILED);
  EXPECT_THAT(report.result().failure().message(), StartsWith("step \"step2\" failed with exit code 2: script: "));
  EXPECT_THAT(report.result().log_tail(), StartsWith("==> step1\n.\n~ output.json\n==> step2\nscript: "));
  EXPECT_EQ(report.result().summary(), "in a");
}

TEST_F(TaskExecutorTest, AFailedStepFailsTheTaskAndPushesNothing) {
  AddStep("echo two > a; printf 'caf\\351\\000 broken\\n'; exit 4");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(report.result().failure().category(), v1::FAILURE_CATEGORY_AGENT);
  EXPECT_EQ(report.result().failure().reason(), v1::FAILURE_REASON_STEP_FAILED);
  // Bytes that are not text would make the report unreadable for the service.
  EXPECT_EQ(report.result().failure().message(), "step \"step1\" failed with exit code 4: caf\xEF\xBF\xBD broken");
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), "");
}

TEST_F(TaskExecutorTest, AFailedCloneFailsTheTask) {
  lease_.set_clone_url("file://" + bare_ + "-missing");
  AddStep("true");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.result().failure().category(), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_THAT(report.result().failure().message(), StartsWith("clone failed"));
}

TEST_F(TaskExecutorTest, ARepeatedAttemptIsIdempotent) {
  AddStep("echo two > a");
  const std::string first = Finish().result().commit();
  service_.LoseRunners();  // so that the first runner's cancelled call is not handed the second attempt
  const v1::TaskReport again = Finish();
  EXPECT_EQ(again.result().outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  EXPECT_EQ(again.result().commit(), first);
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), first);
}

// A commit on the branch, as the service recorded it for an earlier generation of the task.
TEST_F(TaskExecutorTest, NoChangesTakeTheTasksEarlierCommitBack) {
  lease_.set_pushed_commit(fixture_.Commit(bare_, kBranch, {{"a", "earlier"}}, "Change a"));
  AddStep("true");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.result().outcome(), v1::TASK_OUTCOME_NO_CHANGES);
  EXPECT_EQ(report.result().commit(), "");
  // A push like any other: announced before.
  EXPECT_THAT(service_.ReportedStates(kTaskId), ElementsAre(v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING,
                                                            v1::TASK_STATE_FINALIZING, v1::TASK_STATE_COMPLETED));
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), "");
}

TEST_F(TaskExecutorTest, ReportOnlyLeavesTheEarlierCommitAndSaysSo) {
  const std::string earlier = fixture_.Commit(bare_, kBranch, {{"a", "earlier"}}, "Change a");
  lease_.set_pushed_commit(earlier);
  fleet_.mutable_workflow()->set_report_only(true);
  AddStep("echo two > a");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.result().outcome(), v1::TASK_OUTCOME_REPORT_ONLY);
  EXPECT_EQ(report.result().commit(), earlier);
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), earlier);
}

TEST_F(TaskExecutorTest, ReportOnlyHasNothingToSayOfAForeignCommit) {
  const std::string foreign = fixture_.Commit(bare_, kBranch, {{"a", "by hand"}}, "Fix");
  fleet_.mutable_workflow()->set_report_only(true);
  AddStep("true");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_COMPLETED);
  EXPECT_EQ(report.result().commit(), "");
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), foreign);
}

TEST_F(TaskExecutorTest, AForeignCommitFailsTheTaskBeforeItIsFinalizing) {
  const std::string foreign = fixture_.Commit(bare_, kBranch, {{"a", "by hand"}}, "Fix by hand");
  AddStep("echo two > a");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(report.result().failure().reason(), v1::FAILURE_REASON_BRANCH_NOT_OURS);
  EXPECT_EQ(report.result().failure().category(), v1::FAILURE_CATEGORY_GUARDRAIL);
  EXPECT_EQ(report.result().failure().message(),
            absl::StrCat("not pushed: branch ", kBranch, " holds what is not this task's: commit ", foreign,
                         " of Ada <ada@example.com>, \"Fix by hand\""));
  EXPECT_THAT(service_.ReportedStates(kTaskId),
              ElementsAre(v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING, v1::TASK_STATE_FAILED));
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), foreign);
}

TEST_F(TaskExecutorTest, AForeignCommitIsReplacedIfTheGenerationSaysSo) {
  fixture_.Commit(bare_, kBranch, {{"a", "by hand"}}, "Fix by hand");
  fleet_.set_replace_branch(true);
  AddStep("echo two > a");
  const std::string commit = Finish().result().commit();
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), commit);
  EXPECT_EQ(fixture_.Show(bare_, kBranch, "a"), "two");
}

TEST_F(TaskExecutorTest, AStepSpeaksForTheBranch) {
  const std::string earlier = fixture_.Commit(bare_, kBranch, {{"a", "earlier"}}, "Change a");
  lease_.set_pushed_commit(earlier);
  AddStep(R"(echo '{"pull_request_url": "https://example.com/pull/7"}' > "$FLEET_OUTPUT")");
  EXPECT_EQ(Finish().result().commit(), earlier);
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), earlier);
}

TEST_F(TaskExecutorTest, TheTaskTimeoutEndsIt) {
  fleet_.mutable_task_timeout()->set_seconds(1);
  AddStep(absl::StrCat("echo $$ > '", Marker("pid"), "'; exec sleep 1000"));
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_TIMED_OUT);
  EXPECT_EQ(report.result().failure().category(), v1::FAILURE_CATEGORY_TIMEOUT);
  EXPECT_EQ(report.result().failure().reason(), v1::FAILURE_REASON_TASK_TIMED_OUT);
  EXPECT_FALSE(IsAlive(PidIn(Marker("pid"))));
}

TEST_F(TaskExecutorTest, CancellingStopsTheSteps) {
  AddStep(absl::StrCat("echo so far; echo $$ > '", Marker("pid"), "'; exec sleep 1000"));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return !PidIn(Marker("pid")).empty(); }));
  service_.Cancel(kTaskId, v1::STOP_REASON_CANCELLED);
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_CANCELLED);
  EXPECT_THAT(report.result().log_tail(), HasSubstr("so far"));
  EXPECT_FALSE(IsAlive(PidIn(Marker("pid"))));
}

TEST_F(TaskExecutorTest, AnOrderToTimeOutIsReportedAsSuch) {
  AddStep(absl::StrCat("echo $$ > '", Marker("pid"), "'; exec sleep 1000"));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return !PidIn(Marker("pid")).empty(); }));
  service_.Cancel(kTaskId, v1::STOP_REASON_TIMED_OUT);
  EXPECT_EQ(Finish().state(), v1::TASK_STATE_TIMED_OUT);
}

// The step goes on once `go` exists, so that a test can act in its middle.
std::string WaitingStep(const std::string& started, const std::string& go) {
  return absl::StrCat("echo two > a; echo x > '", started, "'; while [ ! -e '", go, "' ]; do sleep 0.01; done");
}

TEST_F(TaskExecutorTest, CountsTheTaskItsSlotItsPhasesAndItsPrograms) {
  metrics_.AddSlots(2);
  AddStep(WaitingStep(Marker("started"), Marker("go")));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return std::filesystem::exists(Marker("started")); }));
  EXPECT_THAT(Metrics(),
              AllOf(HasSubstr("fleet_runner_own_slots{state=\"used\"} 1\n"),
                    HasSubstr("fleet_runner_own_slots{state=\"free\"} 1\n"), HasSubstr("fleet_runner_processes 1\n"),
                    HasSubstr("fleet_runner_phase_duration_seconds_count{phase=\"clone\"} 1\n"),
                    HasSubstr("fleet_runner_phase_duration_seconds_count{phase=\"steps\"} 0\n")));
  EXPECT_TRUE(WaitUntil([&] { return service_.heartbeats() > 0; }));
  WriteFile(Marker("go"), "");
  EXPECT_EQ(Finish().state(), v1::TASK_STATE_COMPLETED);
  EXPECT_THAT(Metrics(),
              AllOf(HasSubstr("fleet_runner_own_slots{state=\"used\"} 0\n"),
                    HasSubstr("fleet_runner_own_slots{state=\"free\"} 2\n"), HasSubstr("fleet_runner_processes 0\n"),
                    HasSubstr("fleet_runner_tasks_total{result=\"completed\"} 1\n"),
                    Not(HasSubstr("fleet_runner_heartbeats_total{result=\"ok\"} 0\n"))));
  for (const char* phase : {"clone", "steps", "commit", "push"}) {
    EXPECT_THAT(Metrics(),
                HasSubstr(absl::StrCat("fleet_runner_phase_duration_seconds_count{phase=\"", phase, "\"} 1\n")));
  }
}

TEST_F(TaskExecutorTest, ACancelledTaskPushesNothing) {
  AddStep(WaitingStep(Marker("started"), Marker("go")));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return std::filesystem::exists(Marker("started")); }));
  service_.Cancel(kTaskId);  // the answer to FINALIZING says so
  WriteFile(Marker("go"), "");
  EXPECT_EQ(Finish().state(), v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), "");
}

TEST_F(TaskExecutorTest, AfterALostLeaseNothingIsPushedOrReported) {
  service_.SetHeartbeatsUnavailable(true);
  AddStep(WaitingStep(Marker("started"), Marker("go")));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return std::filesystem::exists(Marker("started")); }));
  service_.TakeLease(kTaskId);
  WriteFile(Marker("go"), "");
  Stop();  // returns when the task has ended
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), "");
  EXPECT_THAT(service_.ReportedStates(kTaskId), ElementsAre(v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING));
  EXPECT_THAT(Metrics(), HasSubstr("fleet_runner_tasks_total{result=\"abandoned\"} 1\n"));
}

TEST_F(TaskExecutorTest, NothingIsPushedBeforeFinalizingIsAnswered) {
  AddStep(WaitingStep(Marker("started"), Marker("go")));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return std::filesystem::exists(Marker("started")); }));
  service_.SetReportsUnavailable(true);
  WriteFile(Marker("go"), "");
  const int before = service_.reports_seen();
  ASSERT_TRUE(WaitUntil([&] { return service_.reports_seen() >= before + 2; }));
  EXPECT_EQ(fixture_.Branch(bare_, kBranch), "");
  service_.SetReportsUnavailable(false);
  EXPECT_EQ(Finish().state(), v1::TASK_STATE_COMPLETED);
}

TEST_F(TaskExecutorTest, NoWorkBeginsBeforeHydratingIsAnswered) {
  service_.SetReportsUnavailable(true);
  AddStep(absl::StrCat("echo x > '", Marker("ran"), "'"));
  Start();
  ASSERT_TRUE(WaitUntil([&] { return service_.reports_seen() >= 2; }));
  EXPECT_TRUE(std::filesystem::is_empty(work_directory_));
  service_.SetReportsUnavailable(false);
  Finish();
  EXPECT_TRUE(std::filesystem::exists(Marker("ran")));
}

TEST_F(TaskExecutorTest, AFinalReportIsRepeatedUntilItIsAnswered) {
  service_.LoseNextFinalAnswer();
  AddStep("true");
  Start();
  ASSERT_TRUE(WaitUntil([&] { return service_.reports_seen() == 4; }));
  EXPECT_EQ(Finish().state(), v1::TASK_STATE_COMPLETED);
}

TEST_F(TaskExecutorTest, AResultThatCannotBeStoredBecomesAFailure) {
  service_.RefuseNextFinalReport();
  AddStep("true");
  const v1::TaskReport report = Finish();
  EXPECT_EQ(report.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(report.result().failure().reason(), v1::FAILURE_REASON_REPORT_REFUSED);
  EXPECT_THAT(report.result().failure().message(), HasSubstr("no such colour"));
}

TEST_F(TaskExecutorTest, CredentialsInAUrlAreRefusedAndNotRepeated) {
  settings_.protocols = {"https"};
  lease_.set_clone_url("https://bot:s3cret@127.0.0.1/r.git");
  AddStep("true");
  ::testing::internal::CaptureStderr();
  const v1::TaskReport report = Finish();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(report.result().failure().category(), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_THAT(report.DebugString(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(log, AllOf(HasSubstr("task_ended"), HasSubstr(R"("category":"FAILURE_CATEGORY_CONFIG")")));
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
}

TEST_F(TaskExecutorTest, WhatIsLoggedOfASuccessNamesNoCategory) {
  AddStep("true");
  ::testing::internal::CaptureStderr();
  Finish();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), AllOf(HasSubstr("task_ended"), Not(HasSubstr("category"))));
}

TEST_F(TaskExecutorTest, ALogThatIsTooLongSaysWhatWasCut) {
  AddStep("i=0; while [ $i -lt 20000 ]; do echo \"line $i\"; i=$((i + 1)); done");
  const std::string log = Finish().result().log_tail();
  EXPECT_LE(log.size(), domain::kMaxLogTail);
  EXPECT_THAT(log, StartsWith("[cut: "));
  EXPECT_THAT(log, HasSubstr(" bytes before this]\nline "));
  EXPECT_THAT(log, ::testing::EndsWith("line 19999\n"));
}

}  // namespace
}  // namespace fleet::runner
