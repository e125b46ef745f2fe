#include "common/domain/failure_classifier.h"

#include <sysexits.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fleet::domain {
namespace {

using Reason = FailureReason;

// What a shell answers for a program that is missing, or that it may not execute.
constexpr int kExitNotExecutable = 126;
constexpr int kExitNotFound = 127;

struct Symptom {
  absl::string_view text;  // lower case
  Reason reason;
};

// Of the machine that git runs on: not looked for in what the forge says, whose disk may be full too.
constexpr Symptom kMachineSymptoms[] = {
    {"no space left on device", Reason::kDiskFull},
    {"disk quota exceeded", Reason::kDiskFull},
    {"cannot allocate memory", Reason::kOutOfMemory},
    {"out of memory", Reason::kOutOfMemory},
    {"cannot fork", Reason::kProcessLimit},
    {"unable to fork", Reason::kProcessLimit},
    {"resource temporarily unavailable", Reason::kProcessLimit},
    {"too many open files", Reason::kProcessLimit},
};

// The first that occurs decides. Causes come before their consequences: forges refuse with 403, or by a hook, whoever
// asks too often, and almost every failure of the far side ends in "the remote end hung up unexpectedly", so that
// comes last.
constexpr Symptom kSymptoms[] = {
    {"returned error: 429", Reason::kRateLimited},
    {"http 429", Reason::kRateLimited},
    {"too many requests", Reason::kRateLimited},
    {"rate limit", Reason::kRateLimited},  // "secondary rate limit" too

    {"(stale info)", Reason::kPushRaced},
    {"cannot lock ref", Reason::kPushRaced},
    {"failed to update ref", Reason::kPushRaced},
    {"reference already exists", Reason::kPushRaced},
    {"incorrect old value provided", Reason::kPushRaced},

    {"hook declined", Reason::kPushRefused},
    {"protected branch", Reason::kPushRefused},
    {"push declined", Reason::kPushRefused},
    {"rule violations", Reason::kPushRefused},

    {"authentication failed", Reason::kAuthRefused},
    {"could not read username", Reason::kAuthRefused},
    {"could not read password", Reason::kAuthRefused},
    {"unable to read askpass response", Reason::kAuthRefused},
    {"permission denied (", Reason::kAuthRefused},  // ssh lists the methods it tried
    {"returned error: 401", Reason::kAuthRefused},
    {"returned error: 403", Reason::kPermissionDenied},
    {"access denied", Reason::kPermissionDenied},
    {"permission to ", Reason::kPermissionDenied},
    {"not granted", Reason::kPermissionDenied},
    {"insufficient permission", Reason::kPermissionDenied},
    {"you are not allowed", Reason::kPermissionDenied},

    {"repository not found", Reason::kRepositoryNotFound},
    {"' not found", Reason::kRepositoryNotFound},
    {"returned error: 404", Reason::kRepositoryNotFound},
    {"returned error: 410", Reason::kRepositoryNotFound},
    {"couldn't find remote ref", Reason::kBranchNotFound},
    {"does not exist", Reason::kRepositoryNotFound},
    {"does not appear to be a git repository", Reason::kRepositoryNotFound},
    {"host key verification failed", Reason::kBadCertificate},
    {"certificate", Reason::kBadCertificate},
    {"unable to find remote helper", Reason::kRunnerSetup},
    {"is not a git command", Reason::kRunnerSetup},
    {"bad config", Reason::kRunnerSetup},
    {"dubious ownership", Reason::kBadConfig},
    {"shallow update not allowed", Reason::kBadConfig},
    {"dumb http transport", Reason::kBadConfig},
    {"' not allowed", Reason::kBadConfig},

    {"could not resolve host", Reason::kHostUnreachable},
    {"name resolution", Reason::kHostUnreachable},
    {"failed to connect", Reason::kHostUnreachable},
    {"couldn't connect", Reason::kHostUnreachable},
    {"connect to host", Reason::kHostUnreachable},
    {"connection refused", Reason::kHostUnreachable},
    {"connection timed out", Reason::kHostUnreachable},
    {"network is unreachable", Reason::kHostUnreachable},
    {"no route to host", Reason::kHostUnreachable},
    {"connection reset", Reason::kRemoteError},
    {"connection closed", Reason::kRemoteError},
    {"connection was closed", Reason::kRemoteError},
    {"operation timed out", Reason::kRemoteError},
    {"operation too slow", Reason::kRemoteError},
    {"returned error: 5", Reason::kRemoteError},
    {"empty reply from server", Reason::kRemoteError},
    {"gnutls_handshake() failed", Reason::kRemoteError},
    {"gnutls recv error", Reason::kRemoteError},
    {"ssl_error_syscall", Reason::kRemoteError},
    {"transfer closed", Reason::kRemoteError},
    {"rpc failed", Reason::kRemoteError},
    {"unexpected disconnect", Reason::kRemoteError},
    {"early eof", Reason::kRemoteError},
    {"no space left on device", Reason::kRemoteError},
    {"disk quota exceeded", Reason::kRemoteError},
    {"cannot allocate memory", Reason::kRemoteError},
    {"out of memory", Reason::kRemoteError},
    {"hung up unexpectedly", Reason::kRemoteError},
};

template <std::size_t kSize>
Reason FirstOf(const Symptom (&symptoms)[kSize], absl::string_view text) {
  for (const Symptom& symptom : symptoms) {
    if (absl::StrContains(text, symptom.text)) return symptom.reason;
  }
  return Reason::kUnknown;
}

// Without what stands in URLs: the name of a repository is no symptom.
std::string WithoutUrls(absl::string_view text) {
  constexpr absl::string_view kSeparator = "://";
  std::string rest;
  for (std::size_t at = text.find(kSeparator); at != absl::string_view::npos; at = text.find(kSeparator)) {
    absl::StrAppend(&rest, text.substr(0, at + kSeparator.size()));
    text.remove_prefix(at);
    text.remove_prefix(std::min(text.find_first_of(" \t\r\n'\""), text.size()));
  }
  return absl::StrCat(rest, text);
}

Reason ReasonOfGitText(absl::string_view git_text) {
  const std::string text = WithoutUrls(absl::AsciiStrToLower(git_text));
  for (absl::string_view line : absl::StrSplit(text, absl::ByAnyChar("\r\n"), absl::SkipEmpty())) {
    if (absl::StartsWith(line, "remote:")) continue;
    const Reason reason = FirstOf(kMachineSymptoms, line);
    if (reason != Reason::kUnknown) return reason;
  }
  return FirstOf(kSymptoms, text);
}

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
  if (evidence.signal != 0) return Reason::kStepKilled;
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
  const Reason reason = ReasonOfGitText(evidence.git_text);
  if (reason != Reason::kUnknown) return reason;
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
