// From how a fleet was named to its id.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_FLEET_LOOKUP_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_FLEET_LOOKUP_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// The id of the fleet that `reference` (of ParseFleetReference) means; only a whole id asks no service. For people, it
// says on standard error which fleet @latest is. Returns kNotFound if no fleet is meant, kFailedPrecondition with
// reason AMBIGUOUS_FLEET if several are.
absl::StatusOr<std::string> FindFleetId(const std::string& reference, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_FLEET_LOOKUP_H_
