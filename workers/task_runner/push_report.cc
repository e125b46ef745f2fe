#include "workers/task_runner/push_report.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace fleet::runner {

void PushReport::Take(absl::string_view line) {
  if (!refusal_.empty() || !absl::StartsWith(line, "!\t")) return;
  const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits('\t', 2));
  if (fields.size() == 3) refusal_ = std::string(absl::StripAsciiWhitespace(fields[2]));
}

}  // namespace fleet::runner
