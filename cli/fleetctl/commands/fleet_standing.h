// What commands that steer a fleet say of it afterwards.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_FLEET_STANDING_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_FLEET_STANDING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// "Fleet 01JZ… is PAUSED".
std::string Standing(const v1::Fleet& fleet, absl::string_view verb = "is");

// On standard error; nothing if the fleet has ended.
void SuggestWatch(const v1::Fleet& fleet, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_FLEET_STANDING_H_
