#include "workers/task_runner/git_failure.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "workers/task_runner/redact_credentials.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

std::string LastLines(absl::string_view output) {
  constexpr std::size_t kLines = 6;
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(output, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    line = absl::StripAsciiWhitespace(line);
    if (!absl::StartsWith(line, "hint:") && line != "Done") lines.push_back(line);
  }
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  return absl::StrJoin(lines, "; ");
}

}  // namespace

absl::Status GitFailure(domain::FailureStage stage, const ProcessResult& result, absl::string_view output) {
  domain::FailureEvidence evidence;
  evidence.stage = stage;
  evidence.exit_code = result.exit_code;
  evidence.signal = result.signal;
  evidence.git_text = output;
  const bool raced = domain::ClassifyFailure(evidence) == domain::FailureReason::kPushRaced;
  std::string words = RedactCredentials(LastLines(output));
  if (result.signal != 0) {
    absl::StrAppend(&words, words.empty() ? "" : "; ", "git was killed by signal ", result.signal);
  } else if (words.empty()) {
    words = absl::StrCat("git ended with exit code ", result.exit_code);
  }
  return TaskFailure(
      evidence, absl::StrCat(domain::StageName(stage), " failed", raced ? ", another attempt pushed: " : ": ", words));
}

}  // namespace fleet::runner
