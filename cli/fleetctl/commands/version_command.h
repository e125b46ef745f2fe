// version.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_VERSION_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_VERSION_COMMAND_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// Asks no server.
absl::StatusOr<int> RunCommand(const VersionCommand& command, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_VERSION_COMMAND_H_
