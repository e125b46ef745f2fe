#include "cli/fleetctl/commands/limits_set_command.h"

#include <cstdint>
#include <limits>

#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/limit_setting.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {

CommandHelp LimitsSetCommand::Help() const {
  return {"Set a limit, or an exception from it for one user or pool; in force at once", R"(
What is in flight above a lowered limit goes on to its end. Here --user names whom the exception is for; who asks, if
not the login name, stands before the command.

Examples:
  fleetctl limits set system_active 500
  fleetctl limits set user_active 200 --user alice
  fleetctl --user root limits set pool_active 20 --pool gpu
)"};
}

void LimitsSetCommand::AddOptions(OptionAdder& options) {
  AddLimitName(options, options_.name);
  options.Number("VALUE", options_.value, 0, std::numeric_limits<int64_t>::max(), "The new value, from 0")
      .Fills("value")
      .Required();
  AddScope(options, options_.scope);
}

absl::StatusOr<int> LimitsSetCommand::Run(CommandContext& context) const {
  v1::SetLimitRequest request = MakeSetLimitRequest(options_.name, options_.scope);
  request.set_value(options_.value);
  return SetLimit(request, context);
}

}  // namespace fleet::cli
