// What `--help` says.
#ifndef FLEET_CLI_FLEETCTL_COMMAND_HELP_H_
#define FLEET_CLI_FLEETCTL_COMMAND_HELP_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::cli {

struct CommandHelp {
  std::string summary;  // one line
  std::string details;  // what else is to know, and examples
};

extern const char kSummary[];
extern const char kFooter[];

// Of "submit", "repo", "repo import" and so on.
CommandHelp HelpFor(absl::string_view command);

// "fleetctl 0.1.0".
std::string VersionText();

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMAND_HELP_H_
