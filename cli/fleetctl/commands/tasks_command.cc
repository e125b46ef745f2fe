#include "cli/fleetctl/commands/tasks_command.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
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

template <typename Value>
bool IsIn(const std::vector<Value>& wanted, Value value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

// Single repositories are asked for one by one, which is less than the list of all.
absl::Status ReadRepos(const std::string& fleet_id, const std::vector<std::string>& repos, CommandContext& context,
                       absl::FunctionRef<void(const v1::Task&)> take) {
  for (const std::string& repo : repos) {
    v1::GetFleetTaskRequest request;
    request.set_fleet_id(fleet_id);
    request.set_repo(repo);
    FLEET_ASSIGN_OR_RETURN(const v1::GetFleetTaskResponse response,
                           context.client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleetTask, request));
    take(response.task());
  }
  return absl::OkStatus();
}

// Gives the chosen children to `take` and calls `end_page` behind each page that has some. States are the service's to
// choose by; outcomes, which only completed children have, are looked at here.
absl::Status ReadChosen(const std::string& fleet_id, const TasksCommand::Options& options, CommandContext& context,
                        absl::FunctionRef<void(const v1::Task&)> take, absl::FunctionRef<void()> end_page) {
  bool some = false;
  const auto choose = [&](const v1::Task& task) {
    if (!IsIn(options.states, task.state()) || !IsIn(options.outcomes, task.outcome())) return;
    some = true;
    take(task);
  };
  if (!options.repos.empty()) {
    FLEET_RETURN_IF_ERROR(ReadRepos(fleet_id, options.repos, context, choose));
    end_page();
    return absl::OkStatus();
  }
  std::vector<v1::TaskState> states = options.states;
  if (states.empty() && !options.outcomes.empty()) states.push_back(v1::TASK_STATE_COMPLETED);
  return ReadTasks(context, fleet_id, states, [&](const v1::ListFleetTasksResponse& page) {
    for (const v1::Task& task : page.tasks()) choose(task);
    // The first rows set the columns: empty pages at the beginning must not.
    if (some) end_page();
    return context.environment.out.good();
  });
}

absl::Status PrintTable(const std::string& fleet_id, const TasksCommand::Options& options, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {DetailColumn("ORDINAL", 1), "REPO", "STATE", LateColumn("OUTCOME"), DetailColumn("ATTEMPT", 2),
                     DetailColumn("COST", 4), DetailColumn("DURATION", 3), TextColumn("RESULT")});
  FLEET_RETURN_IF_ERROR(ReadChosen(
      fleet_id, options, context, [&table](const v1::Task& task) { table.Add(Row(task)); },
      [&table] { table.Flush(); }));
  table.Flush();
  return absl::OkStatus();
}

absl::Status PrintJson(const std::string& fleet_id, const TasksCommand::Options& options, CommandContext& context) {
  JsonListWriter json(context.environment.out, "tasks");
  FLEET_RETURN_IF_ERROR(ReadChosen(
      fleet_id, options, context, [&json](const v1::Task& task) { json.Add(task); }, [] {}));
  json.Finish();
  return absl::OkStatus();
}

}  // namespace

CommandHelp TasksCommand::Help() const {
  return {"List a fleet's repositories and what came of each", R"(
What was pushed is told by its pull request; without one by the page that compares the branch, on github.com,
gitlab.com, codeberg.org and gitea.com; elsewhere by branch and commit.

Examples:
  fleetctl tasks 01JZ0000000000000000000000
  fleetctl tasks 01JZ0000000000000000000000 --state failed --state timed-out
  fleetctl tasks @latest --outcome no-changes
  fleetctl tasks @latest --repo acme/shop --repo acme/web
)"};
}

void TasksCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Names("--state", options_.states, ParseTaskState, AllTaskStates(), kStateHelp)
      .TypeName("STATE")
      .Fills("states");
  options
      .Names("--outcome", options_.outcomes, ParseTaskOutcome, AllTaskOutcomes(),
             "Only completed ones with this outcome; may be repeated.")
      .TypeName("OUTCOME");
  options
      .Repeatable(
          "--repo",
          [this](const std::string& value) {
            options_.repos.push_back(value);
            return absl::OkStatus();
          },
          "Only this repository, owner/name; may be repeated")
      .TypeName("REPO")
      .Fills("repo");
}

absl::StatusOr<int> TasksCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  FLEET_RETURN_IF_ERROR(context.json() ? PrintJson(fleet_id, options_, context)
                                       : PrintTable(fleet_id, options_, context));
  return 0;
}

}  // namespace fleet::cli
