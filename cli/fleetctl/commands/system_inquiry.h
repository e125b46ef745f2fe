// What every service says of how the system stands.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_SYSTEM_INQUIRY_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_SYSTEM_INQUIRY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::cli {

// Of one address.
struct ServerAnswer {
  std::string address;
  absl::Status status;
  // What follows is only known if the status is OK.
  v1::GetSystemStatusResponse system;
  absl::Duration round_trip;
  // How far its clock is ahead of this machine's, exact to half of the round trip.
  absl::Duration clock_difference;
};

// Asks every address that the user named, once each: a service that another would stand in for is to be found, too.
std::vector<ServerAnswer> AskServers(CommandContext& context);

// The answer that knows most: one whose service has its database, else any, else null.
const v1::GetSystemStatusResponse* BestAnswer(const std::vector<ServerAnswer>& answers);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_SYSTEM_INQUIRY_H_
