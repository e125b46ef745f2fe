// Why a fleet does not go faster, and what bears on that.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_FLEET_EXPLANATION_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_FLEET_EXPLANATION_H_

#include <string>

#include "fleet/v1/admin_service.pb.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// Lines. `system`: how the system stands; null if that is not known. Texts of others are sanitised.
std::string ExplainFleet(const v1::Fleet& fleet, const v1::GetSystemStatusResponse* system);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_FLEET_EXPLANATION_H_
