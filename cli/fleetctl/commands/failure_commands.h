// failures, attempts.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_FAILURE_COMMANDS_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_FAILURE_COMMANDS_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// Each returns the exit code, or the error of its calls.
absl::StatusOr<int> RunCommand(const FailuresCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const AttemptsCommand& command, CommandContext& context);

// The five largest groups of failures, for people; nothing if nothing failed. A call that fails is mentioned and
// nothing more: the fleet's picture is known already.
void PrintLargestFailureGroups(const v1::Fleet& fleet, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_FAILURE_COMMANDS_H_
