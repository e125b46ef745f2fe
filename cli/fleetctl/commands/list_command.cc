#include "cli/fleetctl/commands/list_command.h"

#include <algorithm>
#include <cstdint>
#include <functional>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/domain/bounds.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

absl::Status ListFleets(const ListCommand::Options& options, CommandContext& context,
                        const std::function<void(const v1::Fleet&)>& take, const std::function<void()>& end_page) {
  int32_t left = options.limit;
  v1::ListFleetsRequest request;
  request.set_creator(options.creator);
  request.mutable_states()->Assign(options.states.begin(), options.states.end());
  request.set_page_size(left == 0 ? domain::kMaxPageSize : std::min(left, domain::kMaxPageSize));
  return ReadPages<v1::FleetService, v1::FleetService::Stub, v1::ListFleetsRequest, v1::ListFleetsResponse>(
      context.client, &v1::FleetService::Stub::ListFleets, request, [&](const v1::ListFleetsResponse& page) {
        for (const v1::Fleet& fleet : page.fleets()) {
          take(fleet);
          if (options.limit > 0 && --left == 0) break;
        }
        end_page();
        return options.limit == 0 || left > 0;
      });
}

absl::Status ListAsJson(const ListCommand::Options& options, CommandContext& context) {
  JsonListWriter json(context.environment.out, "fleets");
  FLEET_RETURN_IF_ERROR(ListFleets(
      options, context, [&](const v1::Fleet& fleet) { json.Add(fleet); }, [] {}));
  json.Finish();
  return absl::OkStatus();
}

absl::Status ListAsTable(const ListCommand::Options& options, CommandContext& context) {
  TableWriter table(
      context.environment.out, context.terminal,
      {"FLEET", "STATE", "DONE", DetailColumn("FAILED", 6), DetailColumn("COST", 3), DetailColumn("ELAPSED", 5),
       DetailColumn("CREATOR", 4), DetailColumn("CREATED", 1), DetailColumn("WORKFLOW", 2), TextColumn("TASK", 20)});
  return ListFleets(
      options, context,
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
                   fleet.resolved_workflow(),
                   fleet.task_description()});
      },
      [&table] { table.Flush(); });
}

}  // namespace

CommandHelp ListCommand::Help() const {
  return {"List fleets, newest first", R"(
Examples:
  fleetctl list --creator alice --state running --state paused
  fleetctl list --limit 0 -o json
)"};
}

void ListCommand::AddOptions(OptionAdder& options) {
  options.Text("--creator", options_.creator, "Only fleets of this user").Fills("creator");
  options.Names("--state", options_.states, ParseFleetState, AllFleetStates(), kStateHelp)
      .TypeName("STATE")
      .Fills("states");
  options.Limit(options_.limit);
}

absl::StatusOr<int> ListCommand::Run(CommandContext& context) const {
  FLEET_RETURN_IF_ERROR(context.json() ? ListAsJson(options_, context) : ListAsTable(options_, context));
  return 0;
}

}  // namespace fleet::cli
