#include "cli/fleetctl/commands/limits_list_command.h"

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {
namespace {

void PrintLimitTable(const v1::ListLimitsResponse& response, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"NAME", "SCOPE", "VALUE", DetailColumn("EFFECT", 3), DetailColumn("SET", 1),
                     DetailColumn("SET_BY", 2), TextColumn("DESCRIPTION")});
  for (const v1::Limit& limit : response.limits()) {
    table.Add({limit.name(), limit.scope(), absl::StrCat(limit.value()), Words(limit.effect()),
               limit.has_update_time() ? FormatTime(limit.update_time()) : "", limit.updated_by(),
               limit.description()});
  }
  table.Flush();
}

}  // namespace

CommandHelp LimitsListCommand::Help() const {
  return {"List every limit, and every exception made for one user or pool", R"(
Example:
  fleetctl limits list
)"};
}

absl::StatusOr<int> LimitsListCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(
      const v1::ListLimitsResponse response,
      context.client.Call<v1::AdminService>(&v1::AdminService::Stub::ListLimits, v1::ListLimitsRequest()));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
  } else {
    PrintLimitTable(response, context);
  }
  return 0;
}

}  // namespace fleet::cli
