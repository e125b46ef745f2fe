// watch, and what `submit --watch` goes on with.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_WATCH_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_WATCH_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// Returns 0 if every child completed, 5 if the fleet ended otherwise, or the error of its calls.
absl::StatusOr<int> RunCommand(const WatchCommand& command, CommandContext& context);

// The same for a fleet that is known to exist: goes on for as long as FleetWatcher does.
absl::StatusOr<int> WatchToEnd(const std::string& fleet_id, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_WATCH_COMMAND_H_
