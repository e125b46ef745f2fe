#include "workers/task_runner/git_failure.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "workers/task_runner/redact_credentials.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

// What git says after each refusal.
bool IsNoise(absl::string_view line) {
  return absl::StartsWith(line, "hint:") || line == "remote:" ||
         absl::StartsWith(line, "error: failed to push some refs to ");
}

std::vector<absl::string_view> LinesOf(absl::string_view output) {
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(output, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    line = absl::StripAsciiWhitespace(line);
    if (!IsNoise(line)) lines.push_back(line);
  }
  return lines;
}

std::string LastOf(std::vector<absl::string_view> lines) {
  constexpr std::size_t kLines = 6;
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  return absl::StrJoin(lines, "; ");
}

// Of a push that was answered. A refusal begins with the server's own words, which say why it is one.
std::string AnswerWords(const GitOutput& output, bool raced) {
  std::vector<absl::string_view> far;
  std::vector<absl::string_view> near;
  for (absl::string_view line : LinesOf(output.stderr_tail)) {
    const bool is_far = absl::ConsumePrefix(&line, "remote: ");
    (is_far ? far : near).push_back(line);
  }
  const std::string why = LastOf(far);
  const std::vector<std::string> words =
      raced ? std::vector{output.push_refusal, why, LastOf(near)} : std::vector{why, output.push_refusal, LastOf(near)};
  std::vector<absl::string_view> said;
  std::copy_if(words.begin(), words.end(), std::back_inserter(said), [](const auto& text) { return !text.empty(); });
  return absl::StrJoin(said, "; ");
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
  const std::string both = absl::StrCat(output.stdout_tail, "\n", output.stderr_tail);
  // With a report, stdout holds nothing else worth telling.
  std::string words =
      RedactCredentials(output.push_refusal.empty() ? LastOf(LinesOf(both)) : AnswerWords(output, raced));
  if (result.signal != 0) {
    absl::StrAppend(&words, words.empty() ? "" : "; ", "git was killed by signal ", result.signal);
  } else if (words.empty()) {
    words = absl::StrCat("git ended with exit code ", result.exit_code);
  }
  return TaskFailure(
      evidence, absl::StrCat(domain::StageName(stage), " failed", raced ? ", another attempt pushed: " : ": ", words));
}

}  // namespace fleet::runner
