// limits list, limits set, limits reset, audit.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_ADMIN_COMMANDS_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_ADMIN_COMMANDS_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// Each returns the exit code, or the error of its calls.
absl::StatusOr<int> RunCommand(const LimitsListCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const LimitsSetCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const LimitsResetCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const AuditCommand& command, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_ADMIN_COMMANDS_H_
