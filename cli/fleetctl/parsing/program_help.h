// What `fleetctl --help` and `--version` say.
#ifndef FLEET_CLI_FLEETCTL_PARSING_PROGRAM_HELP_H_
#define FLEET_CLI_FLEETCTL_PARSING_PROGRAM_HELP_H_

#include <string>

namespace fleet::cli {

extern const char kSummary[];
extern const char kFooter[];

// "fleetctl 0.1.0".
std::string VersionText();

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_PROGRAM_HELP_H_
