#include "cli/fleetctl/commands/limits_reset_command.h"

#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/limit_setting.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {

CommandHelp LimitsResetCommand::Help() const {
  return {"Set a limit back to what Fleet is delivered with, or take an exception from it back", R"(
Here --user names whom the exception is for; who asks, if not the login name, stands before the command.

Examples:
  fleetctl limits reset system_active
  fleetctl limits reset user_active --user alice
)"};
}

void LimitsResetCommand::AddOptions(OptionAdder& options) {
  AddLimitName(options, options_.name);
  AddScope(options, options_.scope);
}

absl::StatusOr<int> LimitsResetCommand::Run(CommandContext& context) const {
  return SetLimit(MakeSetLimitRequest(options_.name, options_.scope), context);
}

}  // namespace fleet::cli
