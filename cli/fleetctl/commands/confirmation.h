// The one question that fleetctl asks: before what reaches everybody.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_CONFIRMATION_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_CONFIRMATION_H_

#include <string>

#include "absl/status/status.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// Asks whether `consequence` is meant, where a person can answer. Returns kAborted if it is not, kInvalidArgument
// naming
// --yes if nobody can be asked.
absl::Status Confirm(const std::string& consequence, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_CONFIRMATION_H_
