// What is printed when a watched fleet has ended.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_RESULT_REPORT_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_RESULT_REPORT_H_

#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// The summary, the first 20 failed children with their reasons, where the branches are, and how to look further. A
// call that fails is mentioned and nothing more: the fleet's end is known already.
void PrintResults(const v1::Fleet& fleet, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_RESULT_REPORT_H_
