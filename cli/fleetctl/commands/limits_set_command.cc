#include "cli/fleetctl/commands/limits_set_command.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/confirmation.h"
#include "cli/fleetctl/commands/limit_setting.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/domain/limits.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {
namespace {

// At 0 every fleet may have one repository at once, as at 1.
constexpr char kDefaultAtLeastOne[] = "fleet_active_default";

// What stops for everybody at this value; empty if nothing does. An exception stops one user or pool.
std::string DescribeStandstill(const LimitsSetCommand::Options& options) {
  const domain::LimitKind* kind = domain::FindLimitKind(options.name);
  if (options.value != 0 || kind == nullptr || options.name == kDefaultAtLeastOne) return "";
  if (!options.scope.user.empty() || !options.scope.pool.empty()) return "";
  const std::string setting = absl::StrCat("at ", options.name, " 0 ");
  if (kind->effect == domain::LimitEffect::kQueue) return absl::StrCat(setting, "nothing starts any more, for anybody");
  if (kind->effect == domain::LimitEffect::kRefuse) {
    return absl::StrCat(setting, "no fleet is accepted any more, of anybody");
  }
  return "";
}

}  // namespace

CommandHelp LimitsSetCommand::Help() const {
  return {"Set a limit, or an exception from it for one user or pool; in force at once", R"(
What is in flight above a lowered limit goes on to its end. A value that stops everybody's work (system_active 0) is
asked about on a terminal; elsewhere, and with -o json, it takes --yes. Here --user names whom the exception is for; who asks, if
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
  options.Flag("--yes", options_.yes, "Do not ask before a value that stops everybody's work");
}

absl::StatusOr<int> LimitsSetCommand::Run(CommandContext& context) const {
  if (!options_.yes) {
    const std::string consequence = DescribeStandstill(options_);
    if (!consequence.empty()) FLEET_RETURN_IF_ERROR(Confirm(consequence, context));
  }
  v1::SetLimitRequest request = MakeSetLimitRequest(options_.name, options_.scope);
  request.set_value(options_.value);
  return SetLimit(request, context);
}

}  // namespace fleet::cli
