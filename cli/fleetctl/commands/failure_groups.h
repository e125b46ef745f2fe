// A fleet's failures by cause.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_FAILURE_GROUPS_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_FAILURE_GROUPS_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::cli {

absl::StatusOr<v1::ListFailureGroupsResponse> ListFailureGroups(const std::string& fleet_id, CommandContext& context);

// The five largest groups of failures, for people; nothing if nothing failed. A call that fails is mentioned and
// nothing more: the fleet's picture is known already.
void PrintLargestFailureGroups(const v1::Fleet& fleet, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_FAILURE_GROUPS_H_
