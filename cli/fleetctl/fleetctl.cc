#include "cli/fleetctl/fleetctl.h"

#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "cli/fleetctl/client/fleet_client.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/command_list.h"
#include "cli/fleetctl/output/error_printer.h"
#include "cli/fleetctl/parsing/command_line.h"
#include "common/rpc/failover_channel.h"

namespace fleet::cli {
namespace {

constexpr int kError = 1;
constexpr absl::Duration kCallTimeout = absl::Seconds(30);

// A signal explains itself; anything else is printed as the error it is.
int Fail(const absl::Status& status, const CommandContext& context) {
  Environment& environment = context.environment;
  if (environment.interruption.raised()) {
    environment.err << context.interrupted << std::flush;
    return 128 + environment.interruption.signal();
  }
  environment.err << (context.json() ? DescribeErrorAsJson(status, context.error)
                                     : DescribeError(status, context.error))
                  << std::flush;
  return kError;
}

int Run(const CommandLine& line, const std::vector<std::string>& arguments, Environment& environment) {
  rpc::FailoverChannel servers(line.global.servers, line.global.user, rpc::FailoverChannel::AfterLoss::kReplace);
  const FleetClient::Options options{line.global.timeout.value_or(kCallTimeout), environment.patience};
  FleetClient client(servers, options, environment.interruption, environment.clock);
  CommandContext context{environment, client, line.global, arguments, environment.terminal, {}, "interrupted\n"};
  if (line.global.no_color) context.terminal.colors = false;
  const absl::StatusOr<int> code = line.command->Run(context);
  if (!code.ok()) return Fail(code.status(), context);
  environment.out.flush();
  if (!environment.out) return Fail(absl::DataLossError("standard output cannot be written"), context);
  return *code;
}

}  // namespace

int RunFleetctl(const std::vector<std::string>& arguments, Environment& environment) {
  const auto parsed = ParseCommandLine(arguments, {environment.server_variable, environment.login_name}, AllCommands());
  if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
    (exit->code == 0 ? environment.out : environment.err) << exit->text << std::flush;
    return exit->code;
  }
  return Run(std::get<CommandLine>(parsed), arguments, environment);
}

}  // namespace fleet::cli
