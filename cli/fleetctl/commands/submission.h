// A new fleet of any size: in one call, or in parts if its repositories are too many for one.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_SUBMISSION_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_SUBMISSION_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/repetition.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::cli {

// The request names all repositories; it gets the repetition's request id. The same again goes on where this broke off:
// what the service has of it already, it answers as if it came for the first time. Parts are told on standard error,
// not with JSON. While it is not known what came of it, errors carry the request id and the command to repeat. A fleet
// that was made here and that is refused to be completed is cancelled, and the error says so.
absl::StatusOr<v1::CreateFleetResponse> Submit(v1::CreateFleetRequest request, const Repetition& repetition,
                                               CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_SUBMISSION_H_
