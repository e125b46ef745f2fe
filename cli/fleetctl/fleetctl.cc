#include "cli/fleetctl/fleetctl.h"

#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/client/fleet_client.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/command_list.h"
#include "cli/fleetctl/output/error_printer.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/command_line.h"
#include "cli/fleetctl/parsing/option_fields.h"
#include "common/rpc/failover_channel.h"
#include "common/status/error_info.h"

namespace fleet::cli {
namespace {

constexpr int kError = 1;
constexpr int kWrongUsage = 2;
constexpr int kSignal = 128;
constexpr absl::Duration kCallTimeout = absl::Seconds(30);

void PrintError(const absl::Status& status, const ErrorContext& context, bool json, Environment& environment) {
  environment.err << (json ? DescribeErrorAsJson(status, context) : DescribeError(status, context)) << std::flush;
}

// A signal explains itself, to people; anything else is printed as the error it is.
int Interrupted(const CommandContext& context) {
  Environment& environment = context.environment;
  if (context.json()) {
    PrintError(MakeError(absl::StatusCode::kCancelled, SanitizeLine(context.interrupted), {"INTERRUPTED", {}, {}}), {},
               true, environment);
  } else {
    environment.err << context.interrupted << std::flush;
  }
  return kSignal + environment.interruption.signal();
}

std::string SeeHelp(const std::string& help) { return absl::StrCat("see ", help); }

int Fail(const absl::Status& status, const CommandLine& line, CommandContext& context) {
  if (context.environment.interruption.raised()) return Interrupted(context);
  const UserError error = InTermsOfOptions(status, line.fields);
  if (error.wrong_usage) context.error.next_steps.push_back(SeeHelp(line.help));
  PrintError(error.status, context.error, context.json(), context.environment);
  return error.wrong_usage ? kWrongUsage : kError;
}

int Run(const CommandLine& line, const std::vector<std::string>& arguments, Environment& environment) {
  rpc::FailoverChannel servers(line.global.servers, line.global.user, rpc::FailoverChannel::AfterLoss::kReplace);
  FleetClient::Options options{line.global.timeout.value_or(kCallTimeout), environment.patience};
  if (line.global.output == OutputFormat::kTable) {
    options.on_trouble = [&environment](const absl::Status& failure, absl::Duration left) {
      environment.err << SanitizeLine(failure.message()) << "; trying again for " << FormatElapsed(left) << std::endl;
    };
  }
  FleetClient client(servers, options, environment.interruption, environment.clock);
  CommandContext context{environment, client, line.global, arguments, environment.terminal, {}, "interrupted\n"};
  if (line.global.no_color) context.terminal.colors = false;
  const absl::StatusOr<int> code = line.command->Run(context);
  if (!code.ok()) return Fail(code.status(), line, context);
  environment.out.flush();
  if (!environment.out) return Fail(absl::DataLossError("standard output cannot be written"), line, context);
  return *code;
}

}  // namespace

int RunFleetctl(const std::vector<std::string>& arguments, Environment& environment) {
  const auto parsed = ParseCommandLine(arguments, {environment.server_variable, environment.login_name}, AllCommands());
  if (const auto* help = std::get_if<HelpText>(&parsed)) {
    environment.out << help->text << std::flush;
    return 0;
  }
  if (const auto* usage = std::get_if<UsageError>(&parsed)) {
    PrintError(usage->status, {"", {SeeHelp(usage->help)}}, usage->output == OutputFormat::kJson, environment);
    return kWrongUsage;
  }
  return Run(std::get<CommandLine>(parsed), arguments, environment);
}

}  // namespace fleet::cli
