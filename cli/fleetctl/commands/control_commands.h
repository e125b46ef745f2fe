// cancel, pause, resume, update.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_CONTROL_COMMANDS_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_CONTROL_COMMANDS_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// Each returns the exit code, or the error of its calls.
absl::StatusOr<int> RunCommand(const CancelCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const PauseCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const ResumeCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const UpdateCommand& command, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_CONTROL_COMMANDS_H_
