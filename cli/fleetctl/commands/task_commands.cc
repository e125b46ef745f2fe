#include "cli/fleetctl/commands/task_commands.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/task_summary.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

constexpr int32_t kPageSize = 1000;

std::vector<TableWriter::Cell> Row(const v1::Task& task) {
  return {absl::StrCat(task.ordinal()),
          task.repo(),
          {Name(task.state()), ColorOf(task.state())},
          Words(task.outcome()),
          absl::StrCat(task.attempt()),
          task.has_cost_usd() ? FormatCost(task.cost_usd()) : "",
          task.has_duration() ? FormatElapsed(ToDuration(task.duration())) : "",
          DescribeResult(task)};
}

absl::Status PrintTable(const TasksCommand& command, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"ORDINAL", "REPO", "STATE", "OUTCOME", "ATTEMPT", "COST", "DURATION", "RESULT"});
  // The first rows set the widths: empty pages at the beginning must not.
  bool begun = false;
  FLEET_RETURN_IF_ERROR(
      ReadTasks(context, command.fleet_id, command.states, [&](const v1::ListFleetTasksResponse& page) {
        for (const v1::Task& task : page.tasks()) table.Add(Row(task));
        begun = begun || page.tasks_size() > 0;
        if (begun) table.Flush();
        return context.environment.out.good();
      }));
  table.Flush();
  return absl::OkStatus();
}

absl::Status PrintJson(const TasksCommand& command, CommandContext& context) {
  JsonListWriter json(context.environment.out, "tasks");
  FLEET_RETURN_IF_ERROR(
      ReadTasks(context, command.fleet_id, command.states, [&](const v1::ListFleetTasksResponse& page) {
        for (const v1::Task& task : page.tasks()) json.Add(task);
        return context.environment.out.good();
      }));
  json.Finish();
  return absl::OkStatus();
}

std::string DescribeTask(const v1::Task& task) {
  std::string text = absl::StrCat(task.repo(), ": ", Name(task.state()));
  if (const std::string outcome = Words(task.outcome()); !outcome.empty()) absl::StrAppend(&text, ", ", outcome);
  absl::StrAppend(&text, ", attempt ", task.attempt());
  if (const std::string result = DescribeResult(task); !result.empty()) absl::StrAppend(&text, ", ", result);
  if (!task.summary().empty()) absl::StrAppend(&text, ", ", task.summary());
  return SanitizeLine(text);
}

}  // namespace

absl::Status ReadTasks(CommandContext& context, const std::string& fleet_id, const std::vector<v1::TaskState>& states,
                       absl::FunctionRef<bool(const v1::ListFleetTasksResponse&)> take) {
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(fleet_id);
  request.set_page_size(kPageSize);
  request.mutable_states()->Assign(states.begin(), states.end());
  return ReadPages<v1::FleetService, v1::FleetService::Stub, v1::ListFleetTasksRequest, v1::ListFleetTasksResponse>(
      context.client, &v1::FleetService::Stub::ListFleetTasks, request, take);
}

absl::StatusOr<int> RunCommand(const TasksCommand& command, CommandContext& context) {
  FLEET_RETURN_IF_ERROR(context.json() ? PrintJson(command, context) : PrintTable(command, context));
  return 0;
}

absl::StatusOr<int> RunCommand(const LogsCommand& command, CommandContext& context) {
  v1::GetFleetTaskRequest request;
  request.set_fleet_id(command.fleet_id);
  request.set_repo(command.repo);
  FLEET_ASSIGN_OR_RETURN(const v1::GetFleetTaskResponse response,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleetTask, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  const std::string log = SanitizeText(response.log_tail());
  out << log << (log.empty() || absl::EndsWith(log, "\n") ? "" : "\n");
  if (log.empty()) context.environment.err << "No log was kept.\n";
  out << DescribeTask(response.task()) << "\n";
  return 0;
}

}  // namespace fleet::cli
