// What every command works with.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_COMMAND_CONTEXT_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_COMMAND_CONTEXT_H_

#include <string>
#include <vector>

#include "cli/fleetctl/client/fleet_client.h"
#include "cli/fleetctl/commands/environment.h"
#include "cli/fleetctl/output/error_printer.h"
#include "cli/fleetctl/output/shell_quote.h"
#include "cli/fleetctl/output/terminal.h"
#include "cli/fleetctl/parsing/command_line.h"

namespace fleet::cli {

struct CommandContext {
  Environment& environment;
  FleetClient& client;
  const GlobalOptions& global;
  const std::vector<std::string>& arguments;  // as typed, the program's name first
  Terminal terminal;                          // the environment's, without colours if so asked
  // What to print besides the error if the command fails, and if it is interrupted. Commands fill them as they go.
  ErrorContext error;
  std::string interrupted;

  bool json() const { return global.output == OutputFormat::kJson; }

  // A command line of this program with the same --server and --user, to be pasted into a shell.
  std::string Suggest(std::vector<std::string> command) const {
    command.insert(command.begin(), arguments.front());
    command.insert(command.end(), global.repeated_flags.begin(), global.repeated_flags.end());
    return ShellQuote(command);
  }
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_COMMAND_CONTEXT_H_
