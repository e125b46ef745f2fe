// The program, but for what only a process has.
#ifndef FLEET_CLI_FLEETCTL_FLEETCTL_H_
#define FLEET_CLI_FLEETCTL_FLEETCTL_H_

#include <string>
#include <vector>

#include "cli/fleetctl/commands/environment.h"

namespace fleet::cli {

// Runs the command that `arguments` (the program's name first) ask for. Returns the exit code: 0 done, 1 error,
// 2 wrong usage, 5 the watched fleet did not complete everywhere, 128 + the signal's number if interrupted.
int RunFleetctl(const std::vector<std::string>& arguments, Environment& environment);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_FLEETCTL_H_
