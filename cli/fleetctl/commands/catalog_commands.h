// repo import, repo list, workflow apply, workflow list, workflow get.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_CATALOG_COMMANDS_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_CATALOG_COMMANDS_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

// Each returns the exit code, or the error of its file or its calls.
absl::StatusOr<int> RunCommand(const RepoImportCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const RepoListCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const WorkflowApplyCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const WorkflowListCommand& command, CommandContext& context);
absl::StatusOr<int> RunCommand(const WorkflowGetCommand& command, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_CATALOG_COMMANDS_H_
