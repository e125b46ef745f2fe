// retry.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_RETRY_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_RETRY_COMMAND_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// Returns the exit code, that of `watch` with --watch, or the error of the file or of the calls. While it is not known
// whether the generation was begun, errors carry the request id and the command to repeat.
absl::StatusOr<int> RunCommand(const RetryCommand& command, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_RETRY_COMMAND_H_
