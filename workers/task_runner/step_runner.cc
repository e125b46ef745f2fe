#include "workers/task_runner/step_runner.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

constexpr std::size_t kMessageLines = 3;
constexpr std::size_t kMessageBytes = 1000;

absl::Duration StepTimeout(const v1::WorkflowStep& step) {
  if (!step.has_timeout()) return absl::InfiniteDuration();
  return rpc::FromProtoDuration(step.timeout());
}

absl::Status StepTimedOut(absl::Duration timeout) {
  domain::FailureEvidence evidence;
  evidence.stage = domain::FailureStage::kStep;
  evidence.step_timed_out = true;
  return TaskFailure(evidence, absl::StrCat("ran longer than its timeout of ", absl::FormatDuration(timeout)));
}

absl::Status TaskTimedOut(absl::Duration timeout) {
  domain::FailureEvidence evidence;
  evidence.stage = domain::FailureStage::kStep;
  evidence.task_timed_out = true;
  return TaskFailure(
      evidence, absl::StrCat("was running when the task's timeout of ", absl::FormatDuration(timeout), " was over"));
}

// How the process ended; empty if it ended well.
std::string Ending(const ProcessResult& result, const std::string& last_lines) {
  const std::string detail = last_lines.empty() ? "" : absl::StrCat(": ", last_lines);
  if (result.ending == ProcessResult::Ending::kSignalled) {
    return absl::StrCat("was killed by signal ", result.signal, " (", strsignal(result.signal), ")", detail);
  }
  if (result.exit_code == 0) return "";
  const int signal = domain::SignalOfExitCode(result.exit_code);
  const std::string told =
      signal == 0 ? "" : absl::StrCat(": a program was killed by signal ", signal, " (", strsignal(signal), ")");
  return absl::StrCat("failed with exit code ", result.exit_code, told, detail);
}

// What the message says; empty if the step succeeded. What a step says of itself wins over its exit code.
std::string Describe(const std::string& ending, const absl::StatusOr<StepOutput>& output) {
  if (!output.ok()) {
    const std::string problem = absl::StrCat("its FLEET_OUTPUT cannot be used: ", output.status().message());
    return ending.empty() ? absl::StrCat("wrote a wrong result: ", problem) : absl::StrCat(ending, "; ", problem);
  }
  const std::string& said = output->failure_message;
  if (output->failure_category == v1::FAILURE_CATEGORY_UNSPECIFIED) {
    return ending.empty() || said.empty() ? ending : absl::StrCat("failed: ", said, "; it ", ending);
  }
  if (!said.empty()) return absl::StrCat("failed: ", said);
  return ending.empty() ? "failed: it says so in FLEET_OUTPUT" : absl::StrCat("failed: it ", ending);
}

absl::Status Judge(const ProcessResult& result, const std::string& last_lines,
                   const absl::StatusOr<StepOutput>& output) {
  const std::string message = Describe(Ending(result, last_lines), output);
  if (message.empty()) return absl::OkStatus();
  domain::FailureEvidence evidence;
  evidence.stage = domain::FailureStage::kStep;
  evidence.exit_code = result.exit_code;
  evidence.signal = result.signal;
  evidence.bad_output = !output.ok();
  if (output.ok()) evidence.stated = static_cast<domain::FailureCategory>(output->failure_category);
  return TaskFailure(evidence, message);
}

}  // namespace

StepRunner::StepRunner(const Subprocess& subprocess, StepPlaces places, const TaskContext& context,
                       const StepSettings& settings, const TaskTrace& trace)
    : subprocess_(subprocess), places_(std::move(places)), context_(context), settings_(settings), trace_(trace) {}

absl::Status StepRunner::MakePlaces() const {
  for (const char* name : {"/home", "/tmp", "/steps"}) {
    FLEET_RETURN_IF_ERROR(MakePrivateDirectory(absl::StrCat(places_.directory, name)));
  }
  return WriteHome(settings_, absl::StrCat(places_.directory, "/home"));
}

absl::Status StepRunner::Run(const v1::Workflow& workflow, const WorkBounds& bounds, OutputTail& log,
                             StepOutput& output) const {
  FLEET_RETURN_IF_ERROR(MakePlaces());
  const std::string passed = settings_.Names();
  if (!passed.empty()) log.Append(absl::StrCat("==> fleet: the runner's operator passes ", passed, "\n"));
  for (int i = 0; i < workflow.steps_size(); ++i) {
    const v1::WorkflowStep& step = workflow.steps(i);
    // Each step has files of its own, so that none reads or spoils what another one wrote.
    const std::string directory = absl::StrCat(places_.directory, "/steps/", i + 1);
    log.Append(absl::StrCat("==> ", step.name(), "\n"));
    TaskTrace::Part part = trace_.BeginStep(step.name());
    absl::Status status = RunStep(step, {directory, part.Traceparent()}, bounds, log, output);
    part.End(status);
    if (absl::IsCancelled(status)) return status;
    if (!status.ok()) return Annotate(status, absl::StrCat("step \"", step.name(), "\" "));
  }
  return absl::OkStatus();
}

absl::StatusOr<ProcessSpec> StepRunner::Prepare(const v1::WorkflowStep& step, const Start& start) const {
  const std::string& directory = start.directory;
  FLEET_RETURN_IF_ERROR(MakePrivateDirectory(directory));
  const std::string input = absl::StrCat(directory, "/input.json");
  FLEET_RETURN_IF_ERROR(WritePrivateFile(input, ContextJson(context_)));
  ProcessSpec spec;
  spec.argv.assign(step.command().begin(), step.command().end());
  if (!step.script().empty()) {
    const std::string script = absl::StrCat(directory, "/script");
    FLEET_RETURN_IF_ERROR(WritePrivateFile(script, step.script()));
    spec.argv = step.interpreter().empty()
                    ? std::vector<std::string>{"/bin/sh", "-eu"}
                    : std::vector<std::string>(step.interpreter().begin(), step.interpreter().end());
    spec.argv.push_back(script);
  }
  spec.environment = {{"PATH", places_.path},
                      {"HOME", absl::StrCat(places_.directory, "/home")},
                      {"TMPDIR", absl::StrCat(places_.directory, "/tmp")},
                      {"LANG", "C.UTF-8"}};
  for (const auto& [name, value] : settings_.environment) spec.environment[name] = value;
  for (const auto& [name, value] : step.environment()) spec.environment[name] = value;
  for (auto& [name, value] : ContextEnvironment(context_)) spec.environment[name] = value;
  spec.environment["FLEET_INPUT"] = input;
  spec.environment["FLEET_OUTPUT"] = absl::StrCat(directory, "/output.json");
  if (!start.traceparent.empty()) spec.environment["TRACEPARENT"] = start.traceparent;
  spec.working_directory = places_.tree;
  return spec;
}

absl::Status StepRunner::RunStep(const v1::WorkflowStep& step, const Start& start, const WorkBounds& bounds,
                                 OutputTail& log, StepOutput& output) const {
  absl::StatusOr<ProcessSpec> spec = Prepare(step, start);
  if (!spec.ok()) return Annotate(spec.status(), "could not be prepared: ");
  const absl::Duration remaining = bounds.Remaining();
  spec->timeout = std::min(remaining, StepTimeout(step));
  OutputTail step_log;
  step_log.CopyTo(log.copy());
  const absl::StatusOr<ProcessResult> result = subprocess_.Run(*spec, bounds.stop(), step_log);
  log.AppendTail(step_log);
  if (!result.ok()) {
    return Annotate(FailedAt(domain::FailureStage::kStep, result.status()), "could not be started: ");
  }
  const absl::StatusOr<StepOutput> written = ReadStepOutput(spec->environment["FLEET_OUTPUT"]);
  if (written.ok()) output.Merge(*written);
  if (result->ending == ProcessResult::Ending::kStopped) return absl::CancelledError("stopped");
  if (result->ending == ProcessResult::Ending::kTimedOut) {
    return spec->timeout < remaining ? StepTimedOut(spec->timeout) : TaskTimedOut(bounds.timeout());
  }
  return Judge(*result, step_log.LastLines(kMessageLines, kMessageBytes), written);
}

}  // namespace fleet::runner
