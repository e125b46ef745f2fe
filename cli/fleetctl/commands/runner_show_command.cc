#include "cli/fleetctl/commands/runner_show_command.h"

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/runner_lookup.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/runner_summary.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

void PrintHeldTasks(const v1::GetRunnerResponse& response, CommandContext& context) {
  if (response.held().empty()) return;
  std::ostream& out = context.environment.out;
  out << "\n";
  // The time of the runner's last word, by the database's clock: this machine's may be off.
  const absl::Time now = rpc::FromProtoTime(response.runner().heartbeat_time()) +
                         rpc::FromProtoDuration(response.runner().heartbeat_age());
  TableWriter table(out, context.terminal,
                    {"REPO", "STATE", "HELD_FOR", DetailColumn("ATTEMPT", 1), LateColumn("FLEET")});
  for (const v1::HeldTask& held : response.held()) {
    table.Add({held.repo(),
               {Name(held.state()), ColorOf(held.state())},
               FormatElapsed(now - rpc::FromProtoTime(held.lease_time())),
               absl::StrCat(held.attempt()),
               held.fleet_id()});
  }
  table.Flush();
}

}  // namespace

CommandHelp RunnerShowCommand::Help() const {
  return {"Show one runner, and the repositories that it holds", R"(
RUNNER is an id or a name. Of several called so the one that is there is shown; if none is, the one that started last.

Examples:
  fleetctl runner show runner-1
  fleetctl runner show 01JZ0000000000000000000000
)"};
}

void RunnerShowCommand::AddOptions(OptionAdder& options) {
  options.Text("RUNNER", options_.runner, "Id or name of the runner").Required().Fills("runner_id").Fills("name");
}

absl::StatusOr<int> RunnerShowCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const v1::GetRunnerResponse response, FindRunner(options_.runner, context));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << SummarizeRunner(response.runner(), context.terminal);
  PrintHeldTasks(response, context);
  return 0;
}

}  // namespace fleet::cli
