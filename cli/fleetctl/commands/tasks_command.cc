#include "cli/fleetctl/commands/tasks_command.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/task_pages.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/task_summary.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

std::vector<TableWriter::Cell> Row(const v1::Task& task) {
  return {absl::StrCat(task.ordinal()),
          task.repo(),
          {Name(task.state()), ColorOf(task.state())},
          Words(task.outcome()),
          absl::StrCat(task.attempt()),
          task.has_cost_usd() ? FormatCost(task.cost_usd()) : "",
          task.has_duration() ? FormatElapsed(rpc::FromProtoDuration(task.duration())) : "",
          DescribeResult(task)};
}

absl::Status PrintTable(const std::string& fleet_id, const TasksCommand::Options& options, CommandContext& context) {
  TableWriter table(
      context.environment.out, context.terminal,
      {DetailColumn("ORDINAL", 1), "REPO", "STATE", DetailColumn("OUTCOME", 5), DetailColumn("ATTEMPT", 2),
       DetailColumn("COST", 4), DetailColumn("DURATION", 3), TextColumn("RESULT")});
  // The first rows set the widths: empty pages at the beginning must not.
  bool begun = false;
  FLEET_RETURN_IF_ERROR(ReadTasks(context, fleet_id, options.states, [&](const v1::ListFleetTasksResponse& page) {
    for (const v1::Task& task : page.tasks()) table.Add(Row(task));
    begun = begun || page.tasks_size() > 0;
    if (begun) table.Flush();
    return context.environment.out.good();
  }));
  table.Flush();
  return absl::OkStatus();
}

absl::Status PrintJson(const std::string& fleet_id, const TasksCommand::Options& options, CommandContext& context) {
  JsonListWriter json(context.environment.out, "tasks");
  FLEET_RETURN_IF_ERROR(ReadTasks(context, fleet_id, options.states, [&](const v1::ListFleetTasksResponse& page) {
    for (const v1::Task& task : page.tasks()) json.Add(task);
    return context.environment.out.good();
  }));
  json.Finish();
  return absl::OkStatus();
}

}  // namespace

CommandHelp TasksCommand::Help() const {
  return {"List a fleet's repositories and what came of each", R"(
Examples:
  fleetctl tasks 01JZ0000000000000000000000
  fleetctl tasks 01JZ0000000000000000000000 --state failed --state timed-out
)"};
}

void TasksCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Names("--state", options_.states, ParseTaskState, AllTaskStates(), kStateHelp)
      .TypeName("STATE")
      .Fills("states");
}

absl::StatusOr<int> TasksCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  FLEET_RETURN_IF_ERROR(context.json() ? PrintJson(fleet_id, options_, context)
                                       : PrintTable(fleet_id, options_, context));
  return 0;
}

}  // namespace fleet::cli
