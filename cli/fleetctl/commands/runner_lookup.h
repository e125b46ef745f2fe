// Runners as people name them.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_LOOKUP_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_LOOKUP_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::cli {

// The runner with this id or name. Of several called so it is the one that is there, or, if none is, the one that
// started last. Returns kNotFound with reason RUNNER_NOT_FOUND; kFailedPrecondition with reason AMBIGUOUS_RUNNER if
// several are there, naming their ids.
absl::StatusOr<v1::GetRunnerResponse> FindRunner(const std::string& reference, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_LOOKUP_H_
