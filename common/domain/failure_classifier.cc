#include "common/domain/failure_classifier.h"

#include <sysexits.h>

#include <cerrno>
#include <csignal>

#include "common/domain/git_symptoms.h"

namespace fleet::domain {
namespace {

using Reason = FailureReason;

// What a shell answers for a program that is missing, or that it may not execute.
constexpr int kExitNotExecutable = 126;
constexpr int kExitNotFound = 127;
// What a shell answers for a program that a signal ended, less the signal.
constexpr int kExitSignalled = 128;

Reason ReasonOfSystemError(int system_error, FailureStage stage) {
  switch (system_error) {
    case ENOSPC:
    case EDQUOT:
      return Reason::kDiskFull;
    case ENOMEM:
      return Reason::kOutOfMemory;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
      return Reason::kProcessLimit;
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case ENOEXEC:
      return stage == FailureStage::kStep ? Reason::kStepNotFound : Reason::kRunnerSetup;
    case E2BIG:
      return stage == FailureStage::kStep ? Reason::kParametersTooLarge : Reason::kBadConfig;
    case EINVAL:
    case ELOOP:
    case EISDIR:
    case ENAMETOOLONG:
      return Reason::kBadConfig;
    default:
      return Reason::kUnknown;
  }
}

Reason ReasonOfStatement(FailureCategory stated) {
  switch (stated) {
    case FailureCategory::kAuth:
      return Reason::kStepNotPermitted;
    case FailureCategory::kNetwork:
      return Reason::kStepUnavailable;
    case FailureCategory::kConcurrency:
      return Reason::kStepConflict;
    case FailureCategory::kCompute:
      return Reason::kStepShortOfResources;
    case FailureCategory::kAgent:
      return Reason::kStepFailed;
    case FailureCategory::kGuardrail:
      return Reason::kStepRefused;
    case FailureCategory::kConfig:
      return Reason::kStepMisconfigured;
    case FailureCategory::kTimeout:
      return Reason::kStepOutOfTime;
    case FailureCategory::kBlocked:
      return Reason::kStepBlocked;
    default:
      return Reason::kUnknown;
  }
}

Reason ReasonOfStep(const FailureEvidence& evidence) {
  if (evidence.stated != FailureCategory::kNone) return ReasonOfStatement(evidence.stated);
  if (evidence.signal != 0 || SignalOfExitCode(evidence.exit_code) != 0) return Reason::kStepKilled;
  switch (evidence.exit_code) {
    case 0:
      return evidence.bad_output ? Reason::kBadOutput : Reason::kUnknown;
    case EX_UNAVAILABLE:
      return Reason::kStepUnavailable;
    case EX_TEMPFAIL:
      return Reason::kStepShortOfResources;
    case EX_NOPERM:
      return Reason::kStepNotPermitted;
    case EX_CONFIG:
      return Reason::kStepMisconfigured;
    case kExitNotExecutable:
    case kExitNotFound:
      return Reason::kStepNotFound;
    default:
      return Reason::kStepFailed;
  }
}

Reason ReasonOfGit(const FailureEvidence& evidence) {
  const GitSymptom* symptom = FindGitSymptom(evidence);
  if (symptom != nullptr) return symptom->reason;
  const bool asks = evidence.stage == FailureStage::kClone || evidence.stage == FailureStage::kPush;
  if (evidence.signal == SIGPIPE && asks) return Reason::kRemoteError;  // whom it wrote to was gone
  // By the kernel, short of memory, or by whoever looks after the machine: git does not end itself so.
  if (evidence.signal == SIGKILL || evidence.signal == SIGTERM) return Reason::kProcessKilled;
  const bool saw_nothing = evidence.signal == 0 && evidence.exit_code == 0 && evidence.git_text.empty();
  return saw_nothing ? Reason::kUnknown : Reason::kGitFailed;
}

}  // namespace

absl::string_view StageName(FailureStage stage) {
  switch (stage) {
    case FailureStage::kPrepare:
      return "preparation";
    case FailureStage::kClone:
      return "clone";
    case FailureStage::kCheckout:
      return "checkout";
    case FailureStage::kStep:
      return "step";
    case FailureStage::kCommit:
      return "commit";
    case FailureStage::kPush:
      return "push";
    case FailureStage::kPullRequest:
      return "pull request";
    case FailureStage::kReport:
      return "report";
  }
  return "";
}

int SignalOfExitCode(int exit_code) {
  switch (const int signal = exit_code - kExitSignalled; signal) {
    case SIGINT:
    case SIGQUIT:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGKILL:
    case SIGSEGV:
    case SIGPIPE:
    case SIGALRM:
    case SIGTERM:
    case SIGXCPU:
    case SIGXFSZ:
    case SIGSYS:
      return signal;
    default:
      return 0;
  }
}

FailureReason ClassifyFailure(const FailureEvidence& evidence) {
  if (evidence.runner_lost) return Reason::kRunnerLost;
  if (evidence.given_back) return Reason::kGivenBack;
  if (evidence.deadline_passed) return Reason::kDeadlinePassed;
  if (evidence.queued_too_long) return Reason::kQueuedTooLong;
  if (evidence.task_timed_out) return Reason::kTaskTimedOut;
  if (evidence.step_timed_out) return Reason::kStepTimedOut;
  if (evidence.report_refused) return Reason::kReportRefused;
  if (evidence.supervisor_killed) return Reason::kProcessKilled;
  if (evidence.system_error != 0) return ReasonOfSystemError(evidence.system_error, evidence.stage);
  return evidence.stage == FailureStage::kStep ? ReasonOfStep(evidence) : ReasonOfGit(evidence);
}

}  // namespace fleet::domain
