// Texts of the command line as values.
#ifndef FLEET_CLI_FLEETCTL_PARSING_OPTION_VALUES_H_
#define FLEET_CLI_FLEETCTL_PARSING_OPTION_VALUES_H_

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleet::cli {

// A moment, or so long from now.
using Deadline = std::variant<absl::Time, absl::Duration>;

// The moment it means at `now`; one that is so long from now is rounded up to a whole second, to be written as it is.
absl::Time ResolveDeadline(const Deadline& deadline, absl::Time now);

// Every parser returns kInvalidArgument with words for the user.

// "host:port,[::1]:port,…" as a list. Without a port 7070 is meant; spaces and empty elements are left out.
absl::StatusOr<std::vector<std::string>> ParseServers(absl::string_view text);
// "name=value"; the value may be empty and hold "=".
absl::StatusOr<std::pair<std::string, std::string>> ParseParameter(absl::string_view text);
// "90s", "10m", "1h30m", "2d".
absl::StatusOr<absl::Duration> ParseDurationOption(absl::string_view text);
// A duration, or RFC 3339: "2026-05-04T11:32:07Z".
absl::StatusOr<Deadline> ParseDeadline(absl::string_view text);
// 16 hexadecimal digits, in lower case.
absl::StatusOr<std::string> ParseFingerprint(absl::string_view text);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_OPTION_VALUES_H_
