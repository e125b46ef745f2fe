// Command lines to show: what is printed can be pasted into a shell.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_SHELL_QUOTE_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_SHELL_QUOTE_H_

#include <string>
#include <vector>

namespace fleet::cli {

// The arguments, each quoted for a POSIX shell where it must be.
std::string ShellQuote(const std::vector<std::string>& arguments);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_SHELL_QUOTE_H_
