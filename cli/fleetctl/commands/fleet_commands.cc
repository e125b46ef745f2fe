#include "cli/fleetctl/commands/fleet_commands.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/failure_commands.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

constexpr int32_t kPageSize = 1000;

absl::Status ListFleets(const ListCommand& command, CommandContext& context,
                        const std::function<void(const v1::Fleet&)>& take, const std::function<void()>& end_page) {
  int32_t left = command.limit;
  v1::ListFleetsRequest request;
  request.set_creator(command.creator);
  request.mutable_states()->Assign(command.states.begin(), command.states.end());
  request.set_page_size(left == 0 ? kPageSize : std::min(left, kPageSize));
  return ReadPages<v1::FleetService, v1::FleetService::Stub, v1::ListFleetsRequest, v1::ListFleetsResponse>(
      context.client, &v1::FleetService::Stub::ListFleets, request, [&](const v1::ListFleetsResponse& page) {
        for (const v1::Fleet& fleet : page.fleets()) {
          take(fleet);
          if (command.limit > 0 && --left == 0) break;
        }
        end_page();
        return command.limit == 0 || left > 0;
      });
}

absl::Status ListAsJson(const ListCommand& command, CommandContext& context) {
  JsonListWriter json(context.environment.out, "fleets");
  FLEET_RETURN_IF_ERROR(ListFleets(
      command, context, [&](const v1::Fleet& fleet) { json.Add(fleet); }, [] {}));
  json.Finish();
  return absl::OkStatus();
}

absl::Status ListAsTable(const ListCommand& command, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"FLEET", "STATE", "DONE", "FAILED", "COST", "ELAPSED", "CREATOR", "CREATED", "WORKFLOW"});
  return ListFleets(
      command, context,
      [&](const v1::Fleet& fleet) {
        const v1::Rollup& rollup = fleet.rollup();
        table.Add({fleet.fleet_id(),
                   {Name(fleet.state()), ColorOf(fleet.state())},
                   absl::StrCat(EndedCount(rollup), "/", rollup.total()),
                   absl::StrCat(rollup.states().failed() + rollup.states().timed_out()),
                   rollup.known_cost_count() > 0 ? FormatCost(rollup.cost_usd()) : "",
                   FormatElapsed(Elapsed(fleet, context.environment.clock.TimeNow())),
                   fleet.creator(),
                   FormatTime(fleet.create_time()),
                   fleet.resolved_workflow()});
      },
      [&table] { table.Flush(); });
}

}  // namespace

absl::StatusOr<int> RunCommand(const StatusCommand& command, CommandContext& context) {
  v1::GetFleetRequest request;
  request.set_fleet_id(command.fleet_id);
  FLEET_ASSIGN_OR_RETURN(const v1::GetFleetResponse response,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleet, request));
  Environment& environment = context.environment;
  if (context.json()) {
    environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  environment.out << SummarizeFleet(response.fleet(), environment.clock.TimeNow(), context.terminal);
  PrintLargestFailureGroups(response.fleet(), context);
  return 0;
}

absl::StatusOr<int> RunCommand(const ListCommand& command, CommandContext& context) {
  FLEET_RETURN_IF_ERROR(context.json() ? ListAsJson(command, context) : ListAsTable(command, context));
  return 0;
}

}  // namespace fleet::cli
