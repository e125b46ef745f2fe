#include "workers/task_runner/git_failure.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "workers/task_runner/redact_credentials.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

// What git says after each refusal.
bool IsNoise(absl::string_view line) {
  return absl::StartsWith(line, "hint:") || line == "remote:" ||
         absl::StartsWith(line, "error: failed to push some refs to ");
}

std::string LastLines(absl::string_view output) {
  constexpr std::size_t kLines = 6;
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(output, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    line = absl::StripAsciiWhitespace(line);
    if (!IsNoise(line)) lines.push_back(line);
  }
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  return absl::StrJoin(lines, "; ");
}

}  // namespace

domain::FailureEvidence GitEvidence(domain::FailureStage stage, const ProcessResult& result, const GitOutput& output) {
  domain::FailureEvidence evidence;
  evidence.stage = stage;
  evidence.exit_code = result.exit_code;
  evidence.signal = result.signal;
  evidence.git_text = output.stderr_tail;
  evidence.push_report = output.push_refusal;
  return evidence;
}

absl::Status GitFailure(domain::FailureStage stage, const ProcessResult& result, const GitOutput& output) {
  const domain::FailureEvidence evidence = GitEvidence(stage, result, output);
  const bool raced = domain::ClassifyFailure(evidence) == domain::FailureReason::kPushRaced;
  // With a report, stdout holds nothing else worth telling.
  std::string words = output.push_refusal.empty()
                          ? LastLines(absl::StrCat(output.stdout_tail, "\n", output.stderr_tail))
                          : absl::StrCat(output.push_refusal, "\n", LastLines(output.stderr_tail));
  words = RedactCredentials(absl::StrReplaceAll(absl::StripAsciiWhitespace(words), {{"\n", "; "}}));
  if (result.signal != 0) {
    absl::StrAppend(&words, words.empty() ? "" : "; ", "git was killed by signal ", result.signal);
  } else if (words.empty()) {
    words = absl::StrCat("git ended with exit code ", result.exit_code);
  }
  return TaskFailure(
      evidence, absl::StrCat(domain::StageName(stage), " failed", raced ? ", another attempt pushed: " : ": ", words));
}

}  // namespace fleet::runner
