#include "cli/fleetctl/commands/pause_command.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/fleet_standing.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

std::string DescribePaused(const v1::PauseFleetResponse& response) {
  std::string text = absl::StrCat(Standing(response.fleet()), ": nothing more is started");
  if (response.in_flight() > 0) {
    absl::StrAppend(&text, "; ", response.in_flight(), " under way ",
                    response.in_flight() == 1 ? "goes on to its end" : "go on to their end");
  }
  return absl::StrCat(text, ".\n");
}

}  // namespace

CommandHelp PauseCommand::Help() const {
  return {"Pause a fleet: nothing more is started until it is resumed", R"(
What is running goes on. Pausing again is fine.

Example:
  fleetctl pause 01JZ0000000000000000000000
)"};
}

void PauseCommand::AddOptions(OptionAdder& options) { options.FleetId(options_.fleet_id).Required(); }

absl::StatusOr<int> PauseCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  v1::PauseFleetRequest request;
  request.set_fleet_id(fleet_id);
  FLEET_ASSIGN_OR_RETURN(const v1::PauseFleetResponse response,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::PauseFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << DescribePaused(response);
  context.environment.err << "Go on with: " << context.Suggest({"resume", fleet_id}) << "\n";
  return 0;
}

}  // namespace fleet::cli
