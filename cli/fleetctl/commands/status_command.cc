#include "cli/fleetctl/commands/status_command.h"

#include <optional>

#include "absl/time/time.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/failure_groups.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {

CommandHelp StatusCommand::Help() const {
  return {"Show a fleet as it stands", R"(
The state and who set it, counts, deadline, what it waits for, and the five most frequent causes of failure.

Examples:
  fleetctl status 01JZ0000000000000000000000
  fleetctl status @latest
)"};
}

void StatusCommand::AddOptions(OptionAdder& options) { options.FleetId(options_.fleet_id).Required(); }

absl::StatusOr<int> StatusCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet_id);
  FLEET_ASSIGN_OR_RETURN(const v1::GetFleetResponse response,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleet, request));
  Environment& environment = context.environment;
  if (context.json()) {
    environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  std::optional<absl::Time> generation_begin;
  if (!response.generations().empty()) {
    generation_begin = rpc::FromProtoTime(response.generations().rbegin()->create_time());
  }
  environment.out << SummarizeFleet(response.fleet(), environment.clock.TimeNow(), context.terminal, generation_begin);
  environment.out << SummarizeGenerations(response.generations(), context.terminal);
  PrintLargestFailureGroups(response.fleet(), context);
  return 0;
}

}  // namespace fleet::cli
