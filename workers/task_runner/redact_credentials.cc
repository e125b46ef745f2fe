#include "workers/task_runner/redact_credentials.h"

namespace fleet::runner {

std::string RedactCredentials(absl::string_view text) {
  constexpr absl::string_view kSeparator = "://";
  std::string redacted;
  while (true) {
    const std::size_t at = text.find(kSeparator);
    if (at == absl::string_view::npos) break;
    const std::size_t start = at + kSeparator.size();
    redacted.append(text.data(), start);
    text.remove_prefix(start);
    const absl::string_view authority = text.substr(0, text.find_first_of("/?# \t\r\n'\""));
    const std::size_t sign = authority.rfind('@');
    if (sign == absl::string_view::npos) continue;
    redacted += "***";
    text.remove_prefix(sign);
  }
  redacted.append(text.data(), text.size());
  return redacted;
}

}  // namespace fleet::runner
