// A fleet's children, page by page.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_TASK_PAGES_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_TASK_PAGES_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::cli {

// Gives the fleet's children in `states` (all if empty) to `take`, page by page, until it returns false.
absl::Status ReadTasks(CommandContext& context, const std::string& fleet_id, const std::vector<v1::TaskState>& states,
                       absl::FunctionRef<bool(const v1::ListFleetTasksResponse&)> take);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_TASK_PAGES_H_
