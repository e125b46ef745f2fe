#include "workers/task_runner/git_command.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/git_failure.h"
#include "workers/task_runner/line_sink.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/output_text.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/push_report.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

// Defaults that the operator's file may override: it is included last. "-F none": no ssh configuration of the host.
constexpr char kDefaults[] = R"([core]
  sshCommand = ssh -F none -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15
[http]
  lowSpeedLimit = 1000
  lowSpeedTime = 60
)";

// What nothing overrides.
const char* const kFixed[] = {
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "push.recurseSubmodules=no",
    "push.gpgSign=false",
    "init.templateDir=",
    "advice.detachedHead=false",
    "core.untrackedCache=false",
    "diff.ignoreSubmodules=all",
    // A repository's own attributes say how its files are stored, and nothing else does.
    "core.autocrlf=false",
    "core.eol=lf",
    "core.safecrlf=false",
    "core.attributesFile=/dev/null",
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "core.fileMode=true",
    "core.symlinks=true",
};

std::string Configuration(const GitSettings& settings) {
  if (settings.config_file.empty()) return kDefaults;
  const std::string quoted = absl::StrReplaceAll(settings.config_file, {{"\\", "\\\\"}, {"\"", "\\\""}});
  return absl::StrCat(kDefaults, "[include]\n  path = \"", quoted, "\"\n");
}

// git runs inside working trees: with "." or "bin" in PATH a repository could bring a git of its own.
std::string AbsoluteEntries(const std::string& path) {
  const std::vector<std::string> entries =
      absl::StrSplit(path, ':', [](absl::string_view entry) { return absl::StartsWith(entry, "/"); });
  return absl::StrJoin(entries, ":");
}

// Passes output on and remembers its end, for the words of a failure.
class Heard : public OutputSink {
 public:
  // All of it goes to `lines` too, unless that is null.
  explicit Heard(OutputSink* next, OutputSink* lines = nullptr) : next_(next), lines_(lines) {}

  bool Append(absl::string_view text) override {
    tail_.Append(text);
    if (lines_ != nullptr) lines_->Append(text);
    return next_ == nullptr || next_->Append(text);
  }
  std::string tail() const { return tail_.Text(); }

 private:
  OutputSink* const next_;
  OutputSink* const lines_;
  OutputTail tail_;
};

}  // namespace

absl::StatusOr<GitCommand> GitCommand::Make(const Subprocess& subprocess, const GitSettings& settings,
                                            const std::string& directory) {
  FLEET_RETURN_IF_ERROR(MakePrivateDirectory(directory));
  FLEET_RETURN_IF_ERROR(MakePrivateDirectory(absl::StrCat(directory, "/home")));
  FLEET_RETURN_IF_ERROR(WritePrivateFile(absl::StrCat(directory, "/config"), Configuration(settings)));
  return GitCommand(subprocess, settings, directory);
}

GitCommand::GitCommand(const Subprocess& subprocess, GitSettings settings, const std::string& home)
    : subprocess_(&subprocess), settings_(std::move(settings)) {
  environment_ = {
      {"PATH", AbsoluteEntries(settings_.path)},
      {"HOME", absl::StrCat(home, "/home")},
      {"LC_ALL", "C"},
      {"GIT_ALLOW_PROTOCOL", absl::StrJoin(settings_.protocols, ":")},
      {"GIT_PROTOCOL_FROM_USER", "0"},
      {"GIT_TERMINAL_PROMPT", "0"},
      {"GIT_ASKPASS", "/bin/false"},
      {"SSH_ASKPASS", "/bin/false"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_ATTR_NOSYSTEM", "1"},
      {"GIT_CONFIG_GLOBAL", absl::StrCat(home, "/config")},
      {"GIT_NO_REPLACE_OBJECTS", "1"},
  };
}

absl::StatusOr<std::string> GitCommand::Run(const Call& call, const WorkBounds& bounds) const {
  OutputText output(kMaxAnswer);
  const absl::Status status = Stream(call, bounds, output);
  if (output.exceeded()) {
    return TaskFailure(
        domain::FailureReason::kBadConfig,
        absl::StrCat(domain::StageName(call.stage), " failed: git wrote more than ", kMaxAnswer, " bytes"));
  }
  FLEET_RETURN_IF_ERROR(status);
  return std::string(absl::StripTrailingAsciiWhitespace(output.text()));
}

absl::Status GitCommand::Stream(const Call& call, const WorkBounds& bounds, OutputSink& output,
                                OutputSink* errors) const {
  ProcessSpec spec;
  spec.argv = {"git"};
  for (const char* setting : kFixed) {
    spec.argv.emplace_back("-c");
    spec.argv.emplace_back(setting);
  }
  spec.argv.insert(spec.argv.end(), call.arguments.begin(), call.arguments.end());
  spec.environment = call.environment;
  spec.environment.insert(environment_.begin(), environment_.end());
  spec.working_directory = call.working_directory;
  spec.stdin_path = call.input_file;
  spec.timeout = bounds.Remaining();
  PushReport report;
  LineSink report_lines('\n', {}, [&](absl::string_view line) { report.Take(line); });
  Heard stdout_heard(&output, call.stage == domain::FailureStage::kPush ? &report_lines : nullptr);
  Heard stderr_heard(errors);
  const absl::StatusOr<ProcessResult> result = subprocess_->Run(spec, bounds.stop(), stdout_heard, &stderr_heard);
  const absl::string_view operation = domain::StageName(call.stage);
  if (!result.ok()) return Annotate(FailedAt(call.stage, result.status()), absl::StrCat(operation, " failed: "));
  switch (result->ending) {
    case ProcessResult::Ending::kStopped:
      return absl::CancelledError(operation);
    case ProcessResult::Ending::kTimedOut: {
      domain::FailureEvidence evidence;
      evidence.stage = call.stage;
      evidence.task_timed_out = true;
      return TaskFailure(evidence, absl::StrCat("the task ran longer than its timeout of ",
                                                absl::FormatDuration(bounds.timeout()), ", during ", operation));
    }
    case ProcessResult::Ending::kCutOff:
      return TaskFailure(domain::FailureReason::kBadConfig,
                         absl::StrCat(operation, " failed: git wrote more than is taken of it"));
    default:
      break;
  }
  if (result->succeeded()) return absl::OkStatus();
  return GitFailure(call.stage, *result, {stdout_heard.tail(), stderr_heard.tail(), report.refusal()});
}

}  // namespace fleet::runner
