#include "cli/fleetctl/commands/runner_list_command.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/runner_summary.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/domain/bounds.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {
namespace {

absl::Status ListRunners(const RunnerListCommand::Options& options, CommandContext& context,
                         const std::function<void(const v1::Runner&)>& take, const std::function<void()>& end_page) {
  int32_t left = options.limit;
  v1::ListRunnersRequest request;
  request.set_pool(options.pool);
  request.set_name(options.name);
  request.mutable_states()->Assign(options.states.begin(), options.states.end());
  request.set_page_size(left == 0 ? domain::kMaxPageSize : std::min(left, domain::kMaxPageSize));
  return ReadPages<v1::AdminService, v1::AdminService::Stub, v1::ListRunnersRequest, v1::ListRunnersResponse>(
      context.client, &v1::AdminService::Stub::ListRunners, request, [&](const v1::ListRunnersResponse& page) {
        for (const v1::Runner& runner : page.runners()) {
          take(runner);
          if (options.limit > 0 && --left == 0) break;
        }
        end_page();
        return options.limit == 0 || left > 0;
      });
}

absl::Status ListRunnersAsJson(const RunnerListCommand::Options& options, CommandContext& context) {
  JsonListWriter json(context.environment.out, "runners");
  FLEET_RETURN_IF_ERROR(ListRunners(
      options, context, [&](const v1::Runner& runner) { json.Add(runner); }, [] {}));
  json.Finish();
  return absl::OkStatus();
}

absl::Status ListRunnersAsTable(const RunnerListCommand::Options& options, CommandContext& context) {
  TableWriter table(
      context.environment.out, context.terminal,
      {"RUNNER", "STATE", "POOL", "IN_USE", "HEARTBEAT", DetailColumn("VERSION", 4), DetailColumn("SINCE", 3),
       DetailColumn("HOST", 5), DetailColumn("ADDRESS", 2), DetailColumn("ID", 1)});
  return ListRunners(
      options, context,
      [&](const v1::Runner& runner) {
        table.Add({runner.name(),
                   {Name(runner.state()), ColorOf(runner.state())},
                   runner.pool(),
                   absl::StrCat(runner.held_count(), "/", runner.slots()),
                   DescribeHeartbeat(runner),
                   runner.version(),
                   FormatTime(runner.register_time()),
                   runner.host(),
                   runner.address(),
                   runner.runner_id()});
      },
      [&table] { table.Flush(); });
}

}  // namespace

CommandHelp RunnerListCommand::Help() const {
  return {"List runners, those that started last first", R"(
IN_USE is what a runner holds, of its slots; HEARTBEAT when it was heard last. ADDRESS is where its registration came
from: a proxy's or a tunnel's, if there is one between. Without --state those that are gone are left out.

Examples:
  fleetctl runner list
  fleetctl runner list --pool gpu --state lost
)"};
}

void RunnerListCommand::AddOptions(OptionAdder& options) {
  options.Text("--pool", options_.pool, "Only runners of this pool").Fills("pool");
  options.Text("--name", options_.name, "Only runners called so").Fills("name");
  options.Names("--state", options_.states, ParseRunnerState, AllRunnerStates(), kStateHelp)
      .TypeName("STATE")
      .Fills("states");
  options.Limit(options_.limit);
}

absl::StatusOr<int> RunnerListCommand::Run(CommandContext& context) const {
  FLEET_RETURN_IF_ERROR(context.json() ? ListRunnersAsJson(options_, context) : ListRunnersAsTable(options_, context));
  return 0;
}

}  // namespace fleet::cli
