// Every command of fleetctl.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_COMMAND_LIST_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_COMMAND_LIST_H_

#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

// In the order in which help lists them.
CommandList AllCommands();

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_COMMAND_LIST_H_
