#include "workers/task_runner/task_executor.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/character_rules.h"
#include "common/domain/commit_template.h"
#include "common/domain/pull_request_url.h"
#include "common/domain/text.h"
#include "common/logging/structured_log.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/private_paths.h"
#include "workers/task_runner/redact_credentials.h"
#include "workers/task_runner/task_context.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

constexpr absl::Duration kDefaultTimeout = absl::Hours(1);

absl::Duration TaskTimeout(const v1::LeasedFleet& fleet) {
  if (!fleet.has_task_timeout()) return kDefaultTimeout;
  return rpc::FromProtoDuration(fleet.task_timeout());
}

// With nothing to fill in, a message may come out blank: then the title, or what is never blank, stands there.
std::string CommitMessage(const v1::Workflow& workflow, const TaskContext& context) {
  for (const std::string& text : {workflow.commit().message(), workflow.title()}) {
    std::string message = domain::FillPlaceholders(text, context.description, context.parameters);
    if (!domain::IsBlank(message)) return message;
  }
  return workflow.workflow_ref();
}

CommitSpec MakeCommitSpec(const LeasedTask& task, absl::Time time) {
  const v1::Workflow& workflow = task.fleet->workflow();
  const v1::WorkflowCommit& commit = workflow.commit();
  return {commit.author_name().empty() ? "Fleet" : commit.author_name(),
          commit.author_email().empty() ? "fleet@localhost" : commit.author_email(),
          WithTaskTrailer(CommitMessage(workflow, MakeTaskContext(task)), task.lease.task_id()), time};
}

// The terminal state to report; nullopt if the lease is not ours to report on.
std::optional<v1::TaskState> FinalState(const absl::Status& status, StopReason reason) {
  if (status.ok()) return v1::TASK_STATE_COMPLETED;
  if (reason >= StopReason::kReleased || absl::IsAborted(status)) return std::nullopt;
  if (reason == StopReason::kTimedOut) return v1::TASK_STATE_TIMED_OUT;
  if (reason == StopReason::kDiskFull) return v1::TASK_STATE_FAILED;
  if (reason == StopReason::kCancelled || absl::IsCancelled(status)) return v1::TASK_STATE_CANCELLED;
  return absl::IsDeadlineExceeded(status) ? v1::TASK_STATE_TIMED_OUT : v1::TASK_STATE_FAILED;
}

// Without the failure's message: it may quote what a step printed.
void LogEnd(const v1::Lease& lease, v1::TaskState state, const v1::TaskResult& result) {
  const v1::Failure& failure = result.failure();
  const LogScope scope({{"category", result.has_failure() ? v1::FailureCategory_Name(failure.category()) : ""},
                        {"reason", result.has_failure() ? v1::FailureReason_Name(failure.reason()) : ""}});
  LogInfo("task_ended",
          {{"task", lease.task_id()}, {"attempt", lease.attempt()}, {"state", v1::TaskState_Name(state)}});
}

// As metrics call it.
const char* ResultLabel(const std::optional<v1::TaskState>& state) {
  if (!state.has_value()) return "abandoned";
  switch (*state) {
    case v1::TASK_STATE_COMPLETED:
      return "completed";
    case v1::TASK_STATE_CANCELLED:
      return "cancelled";
    case v1::TASK_STATE_TIMED_OUT:
      return "timed_out";
    default:
      return "failed";
  }
}

v1::Failure FinalFailure(v1::TaskState state, const absl::Status& status, absl::Duration timeout,
                         const StopToken& stop) {
  if (stop.reason() == StopReason::kDiskFull) {
    return ToFailure(TaskFailure(domain::FailureReason::kDiskFull, stop.disk_message()));
  }
  if (state == v1::TASK_STATE_TIMED_OUT && !absl::IsDeadlineExceeded(status)) {
    return ToFailure(absl::DeadlineExceededError(
        absl::StrCat("the task ran longer than its timeout of ", absl::FormatDuration(timeout))));
  }
  return ToFailure(status);
}

// Whether a step says that it took care of the branch itself.
bool SpeaksForBranch(const StepOutput& output) {
  return !output.pull_request_url.empty() || output.outcome == v1::TASK_OUTCOME_BRANCH_PUSHED;
}

// What is not a pull request of the repository is not told of as one; that the steps saw to the branch is still so.
void LeaveOutForeignUrl(const std::string& clone_url, StepOutput& output, OutputTail& log) {
  if (output.pull_request_url.empty()) return;
  const std::string problem = domain::PullRequestUrlProblem(output.pull_request_url, clone_url);
  if (problem.empty()) return;
  log.Append(absl::StrCat("==> fleet: pull_request_url is left out: it ", problem, "\n"));
  output.pull_request_url.clear();
  if (output.outcome != v1::TASK_OUTCOME_BRANCH_PUSHED) output.outcome = v1::TASK_OUTCOME_UNSPECIFIED;
}

// The outcome, from whether there is a change, and what the steps say they did themselves.
v1::TaskOutcome Outcome(const StepOutput& output, bool changed) {
  if (!output.pull_request_url.empty()) {
    return output.outcome == v1::TASK_OUTCOME_PULL_REQUEST_UPDATED ? output.outcome
                                                                   : v1::TASK_OUTCOME_PULL_REQUEST_OPENED;
  }
  const bool by_step = output.outcome == v1::TASK_OUTCOME_BRANCH_PUSHED;
  return changed || by_step ? v1::TASK_OUTCOME_BRANCH_PUSHED : v1::TASK_OUTCOME_NO_CHANGES;
}

}  // namespace

TaskExecutor::TaskExecutor(GitSettings settings, TaskDirectories& directories, const Clock& clock,
                           StepSettingsFiles step_settings, TaskTelemetry telemetry)
    : settings_(std::move(settings)),
      directories_(directories),
      clock_(clock),
      step_settings_(std::move(step_settings)),
      telemetry_(telemetry),
      subprocess_(clock, telemetry.metrics) {}

void TaskExecutor::FollowLogs(const std::string& runner_id, const FollowedLogs& followed) {
  if (telemetry_.live_logs != nullptr) telemetry_.live_logs->Follow(runner_id, followed);
}

void TaskExecutor::OpenLiveLog(Attempt& attempt) const {
  if (telemetry_.live_logs == nullptr) return;
  attempt.live_log = telemetry_.live_logs->Open(
      attempt.task.lease, {[this, secrets = attempt.secrets](absl::string_view text) { return Shown(secrets, text); },
                           attempt.secrets, directories_.root()});
  attempt.log.CopyTo(attempt.live_log.get());
}

void TaskExecutor::CloseLiveLog(Attempt& attempt) const {
  if (attempt.live_log == nullptr) return;
  attempt.log.CopyTo(nullptr);
  telemetry_.live_logs->Close(attempt.live_log);
}

std::string TaskExecutor::Shown(const std::vector<std::string>& secrets, absl::string_view text) const {
  return HidePrivatePaths(MaskSecrets(domain::CleanText(text), secrets), directories_.root());
}

void TaskExecutor::FillResult(Attempt& attempt) const {
  v1::TaskResult& result = attempt.result;
  const StepOutput& output = attempt.output;
  result.set_summary(domain::KeepHead(Shown(attempt.secrets, output.summary), domain::kMaxReportText));
  result.set_pull_request_url(Shown(attempt.secrets, output.pull_request_url));
  if (output.cost_usd.has_value()) result.set_cost_usd(*output.cost_usd);
  result.set_log_tail(attempt.log.Log(Shown(attempt.secrets, attempt.log.Text()), domain::kMaxLogTail));
}

void TaskExecutor::Execute(const LeasedTask& task, TaskReporter& reporter, StopToken& stop) {
  if (telemetry_.metrics != nullptr) telemetry_.metrics->TaskStarted();
  const std::optional<v1::TaskState> state = ExecuteCounted(task, reporter, stop);
  if (telemetry_.metrics == nullptr) return;
  telemetry_.metrics->CountTask(ResultLabel(state));
  telemetry_.metrics->TaskEnded();
}

std::optional<v1::TaskState> TaskExecutor::ExecuteCounted(const LeasedTask& task, TaskReporter& reporter,
                                                          StopToken& stop) const {
  const WorkBounds bounds(clock_, TaskTimeout(*task.fleet), stop);
  const TaskTrace trace(telemetry_.tracer, clock_, task.lease.traceparent());
  Attempt attempt{task, reporter, bounds, trace, OutputTail(), StepOutput(), v1::TaskResult(), false, {}, nullptr};
  const std::string& id = task.lease.task_id();
  LogInfo("task_started", {{"task", id}, {"attempt", task.lease.attempt()}, {"repo", task.lease.repo()}});
  const absl::Status status = Work(attempt, stop);
  // Before the end is reported: after it nothing more of the log is taken.
  CloseLiveLog(attempt);
  const std::optional<v1::TaskState> state = FinalState(status, stop.reason());
  if (!state.has_value()) {
    LogInfo("task_abandoned", {{"task", id}, {"attempt", task.lease.attempt()}});
    return std::nullopt;
  }
  FillResult(attempt);
  if (*state == v1::TASK_STATE_FAILED || *state == v1::TASK_STATE_TIMED_OUT) {
    v1::Failure& failure = *attempt.result.mutable_failure();
    failure = FinalFailure(*state, status, bounds.timeout(), stop);
    failure.set_message(domain::KeepHead(Shown(attempt.secrets, failure.message()), domain::kMaxReportText));
  }
  LogEnd(task.lease, *state, attempt.result);
  TaskTrace::Part report = trace.Begin("report");
  reporter.Finish(task.lease, *state, attempt.result, stop);
  report.End(absl::OkStatus());
  return state;
}

absl::Status TaskExecutor::Work(Attempt& attempt, StopToken& stop) const {
  const v1::Lease& lease = attempt.task.lease;
  TaskTrace::Part taken = attempt.trace.Begin("lease");
  const absl::Status acknowledged = attempt.reporter.Announce(lease, v1::TASK_STATE_HYDRATING, stop);
  taken.End(acknowledged);
  FLEET_RETURN_IF_ERROR(acknowledged);
  const absl::StatusOr<StepSettings> settings = ReadStepSettings(step_settings_);
  if (!settings.ok()) return TaskFailure(domain::FailureReason::kRunnerSetup, settings.status().message());
  attempt.secrets = settings->secrets;
  FLEET_ASSIGN_OR_RETURN(const TaskDirectory directory, directories_.Make(stop));
  FLEET_ASSIGN_OR_RETURN(const GitClone clone, Timed("clone", [&] { return Clone(attempt, directory.path()); }));
  FLEET_RETURN_IF_ERROR(attempt.reporter.AnnounceOnce(lease, v1::TASK_STATE_RUNNING, stop));
  FLEET_RETURN_IF_ERROR(RunSteps(attempt, {clone.tree, directory.path(), settings_.path}, *settings));
  return Publish(attempt, clone);
}

absl::StatusOr<GitClone> TaskExecutor::Clone(Attempt& attempt, const std::string& directory) const {
  const v1::Lease& lease = attempt.task.lease;
  TaskTrace::Part part = attempt.trace.Begin("clone");
  part.Set("vcs.repository.name", lease.repo());
  part.Set("vcs.repository.url.full", RedactCredentials(lease.clone_url()));
  const auto clone = [&]() -> absl::StatusOr<GitClone> {
    FLEET_ASSIGN_OR_RETURN(const GitCommand git,
                           GitCommand::Make(subprocess_, settings_, absl::StrCat(directory, "/git")));
    return GitClone::Make(git, {lease.clone_url(), lease.default_branch(), lease.branch(), directory}, attempt.bounds);
  };
  absl::StatusOr<GitClone> made = clone();
  part.End(made.status());
  return made;
}

absl::Status TaskExecutor::RunSteps(Attempt& attempt, const StepPlaces& places, const StepSettings& settings) const {
  const TaskContext context = MakeTaskContext(attempt.task);
  const StepRunner steps(subprocess_, places, context, settings, attempt.trace);
  OpenLiveLog(attempt);
  absl::Status status = Timed(
      "steps", [&] { return steps.Run(attempt.task.fleet->workflow(), attempt.bounds, attempt.log, attempt.output); });
  attempt.spoken_for = SpeaksForBranch(attempt.output);
  LeaveOutForeignUrl(attempt.task.lease.clone_url(), attempt.output, attempt.log);
  return status;
}

absl::StatusOr<std::string> TaskExecutor::Push(Attempt& attempt, const GitPublisher& publisher,
                                               const Publication& publication, const CommitSpec& spec,
                                               const BranchClaim& claim) {
  TaskTrace::Part part = attempt.trace.Begin("push");
  absl::StatusOr<std::string> pushed = publisher.Publish(publication, spec, claim);
  part.Set("vcs.ref.head.name", attempt.task.lease.branch());
  if (pushed.ok()) part.Set("vcs.ref.head.revision", *pushed);
  part.End(pushed.status());
  return pushed;
}

absl::Status TaskExecutor::Publish(Attempt& attempt, const GitClone& clone) const {
  const v1::Lease& lease = attempt.task.lease;
  const v1::Workflow& workflow = attempt.task.fleet->workflow();
  const StopToken& stop = attempt.bounds.stop();
  v1::TaskResult& result = attempt.result;
  if (workflow.report_only()) result.set_outcome(v1::TASK_OUTCOME_REPORT_ONLY);
  if (workflow.report_only() && clone.seen_commit.empty()) return absl::OkStatus();
  const CommitSpec spec = MakeCommitSpec(attempt.task, clock_.TimeNow());
  const BranchClaim claim = {lease.task_id(), lease.pushed_commit(), attempt.task.fleet->replace_branch(),
                             attempt.spoken_for};
  FLEET_ASSIGN_OR_RETURN(const GitPublisher publisher,
                         GitPublisher::Make(subprocess_, settings_, clone, attempt.bounds));
  if (workflow.report_only()) {
    FLEET_ASSIGN_OR_RETURN(*result.mutable_commit(), publisher.HeldCommit(spec, claim));
    return absl::OkStatus();
  }
  TaskTrace::Part commit = attempt.trace.Begin("commit");
  absl::StatusOr<Publication> prepared = Timed("commit", [&] { return publisher.Prepare(spec, claim); });
  commit.End(prepared.status());
  FLEET_RETURN_IF_ERROR(prepared.status());
  Publication publication = *std::move(prepared);
  if (publication.changed || publication.action != Publication::Action::kNone) {
    FLEET_RETURN_IF_ERROR(attempt.reporter.Announce(lease, v1::TASK_STATE_FINALIZING, stop));
    // A process that was frozen since that answer finds out here; the push's own condition covers the rest.
    if (!attempt.reporter.MayHold(stop)) return absl::AbortedError("the lease is lost");
    FLEET_ASSIGN_OR_RETURN(publication.commit,
                           Timed("push", [&] { return Push(attempt, publisher, publication, spec, claim); }));
  }
  result.set_outcome(Outcome(attempt.output, publication.changed));
  result.set_commit(publication.commit);
  return absl::OkStatus();
}

}  // namespace fleet::runner
