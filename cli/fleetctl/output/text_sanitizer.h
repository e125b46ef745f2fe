// Makes text of others safe to show: repositories, runners and steps choose what it says, and a terminal obeys some
// of it (escape sequences) or shows it in another order than it is written (bidirectional controls).
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_TEXT_SANITIZER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_TEXT_SANITIZER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::cli {

// One line: escape sequences and what no line may hold (domain::TextKind::kLine) are removed, runs of line breaks and
// tabs become a space, invalid UTF-8 becomes U+FFFD.
std::string SanitizeLine(absl::string_view text);

// The same, but line breaks and tabs stay; "\r\n" and "\r" become "\n".
std::string SanitizeText(absl::string_view text);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_TEXT_SANITIZER_H_
