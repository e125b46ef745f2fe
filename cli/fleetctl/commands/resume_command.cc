#include "cli/fleetctl/commands/resume_command.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/fleet_standing.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

std::string DescribeResumed(const v1::Fleet& fleet) {
  // Another reason than the user's may be left.
  const bool paused = fleet.state() == v1::FLEET_STATE_PAUSED;
  std::string text =
      absl::StrCat(Standing(fleet, paused ? "is still" : "is"), ": ", SummarizeCounts(fleet.rollup()), ".\n");
  for (const v1::Waiting& waiting : fleet.waiting_on()) {
    absl::StrAppend(&text, "Waiting on: ", DescribeWaiting(waiting), "\n");
  }
  return text;
}

}  // namespace

CommandHelp ResumeCommand::Help() const {
  return {"Resume a paused fleet", R"(
Lifts a user's pause; resuming a fleet that is not paused is fine.

Example:
  fleetctl resume 01JZ0000000000000000000000
)"};
}

void ResumeCommand::AddOptions(OptionAdder& options) { options.FleetId(options_.fleet_id).Required(); }

absl::StatusOr<int> ResumeCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  v1::ResumeFleetRequest request;
  request.set_fleet_id(fleet_id);
  FLEET_ASSIGN_OR_RETURN(const v1::ResumeFleetResponse response,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::ResumeFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << DescribeResumed(response.fleet());
  SuggestWatch(response.fleet(), context);
  return 0;
}

}  // namespace fleet::cli
