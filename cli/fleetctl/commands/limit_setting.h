// What `limits set` and `limits reset` have in common.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_LIMIT_SETTING_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_LIMIT_SETTING_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::cli {

class OptionAdder;

// The user or pool that a limit has an exception for; both empty: the limit itself. Never both.
struct LimitScope {
  std::string user;
  std::string pool;
};

// The argument NAME.
void AddLimitName(OptionAdder& options, std::string& name);
// --user and --pool, one at most.
void AddScope(OptionAdder& options, LimitScope& scope);

// Without a value: back to the limit as delivered.
v1::SetLimitRequest MakeSetLimitRequest(const std::string& name, const LimitScope& scope);

// Calls, and prints the value before and after. Returns the exit code, or the error of the call.
absl::StatusOr<int> SetLimit(const v1::SetLimitRequest& request, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_LIMIT_SETTING_H_
