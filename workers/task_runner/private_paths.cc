#include "workers/task_runner/private_paths.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace fleet::runner {
namespace {

void SkipName(absl::string_view& text) {
  const auto* end = std::find_if_not(text.begin(), text.end(),
                                     [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); });
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
}

// Takes from `text` what follows the root of a path, as far as it is the runner's, and returns what stands for it.
absl::string_view Replacement(absl::string_view& text) {
  if (!absl::ConsumePrefix(&text, "/task-")) return "(work directory)";
  SkipName(text);
  if (absl::ConsumePrefix(&text, "/tree/")) return "";
  if (absl::ConsumePrefix(&text, "/tree")) return ".";
  if (absl::ConsumePrefix(&text, "/home")) return "~";
  if (absl::ConsumePrefix(&text, "/tmp")) return "$TMPDIR";
  if (absl::ConsumePrefix(&text, "/steps/")) {
    SkipName(text);
    return absl::ConsumePrefix(&text, "/") ? "" : "(step directory)";
  }
  return absl::ConsumePrefix(&text, "/") ? "" : "(task directory)";
}

}  // namespace

std::string HidePrivatePaths(absl::string_view text, absl::string_view root) {
  std::string shown;
  for (std::size_t at = text.find(root); !root.empty() && at != absl::string_view::npos; at = text.find(root)) {
    shown.append(text.data(), at);
    text.remove_prefix(at + root.size());
    const absl::string_view replacement = Replacement(text);
    shown.append(replacement.data(), replacement.size());
  }
  shown.append(text.data(), text.size());
  return shown;
}

}  // namespace fleet::runner
