// Everything a command touches besides the services: handed in, so that tests can watch it.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_ENVIRONMENT_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_ENVIRONMENT_H_

#include <istream>
#include <ostream>
#include <string>

#include "cli/fleetctl/client/interruption.h"
#include "cli/fleetctl/client/patience.h"
#include "cli/fleetctl/output/terminal.h"
#include "common/clock/clock.h"

namespace fleet::cli {

struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Terminal terminal;            // of `out`
  std::string server_variable;  // FLEET_SERVER; empty if unset
  std::string login_name;
  Interruption& interruption;
  const Clock& clock;
  Patience patience;
  bool answers = false;       // a person reads `err` and can answer on `in`
  std::string traceparent{};  // TRACEPARENT; empty if unset
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_ENVIRONMENT_H_
