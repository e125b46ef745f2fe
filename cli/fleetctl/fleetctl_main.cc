// fleetctl: the command line of Fleet.
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cli/fleetctl/client/interruption.h"
#include "cli/fleetctl/commands/environment.h"
#include "cli/fleetctl/fleetctl.h"
#include "cli/fleetctl/output/terminal.h"
#include "cli/fleetctl/signal_listener.h"
#include "common/clock/clock.h"
#include "common/lifecycle/shutdown_signal.h"

namespace {

std::string Variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::string LoginName() {
  const passwd* user = getpwuid(geteuid());
  return user == nullptr ? Variable("USER") : user->pw_name;
}

}  // namespace

int main(int argc, char** argv) {
  fleet::ShutdownSignal signal;
  // A reader that has seen enough (`| head`) ends this process as it would any other; gRPC does not need SIGPIPE
  // ignored.
  std::signal(SIGPIPE, SIG_DFL);
  // Standard error is ours.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  std::ios::sync_with_stdio(false);

  fleet::cli::Interruption interruption;
  const fleet::cli::SignalListener listener(signal, interruption);
  fleet::cli::Environment environment{std::cin,
                                      std::cout,
                                      std::cerr,
                                      fleet::cli::DetectTerminal(STDOUT_FILENO, Variable),
                                      Variable("FLEET_SERVER"),
                                      LoginName(),
                                      interruption,
                                      fleet::Clock::System(),
                                      {},
                                      isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0,
                                      Variable("TRACEPARENT")};
  return fleet::cli::RunFleetctl(std::vector<std::string>(argv, argv + argc), environment);
}
