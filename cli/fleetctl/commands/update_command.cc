#include "cli/fleetctl/commands/update_command.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "cli/fleetctl/parsing/option_values.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using FleetStub = v1::FleetService::Stub;

v1::UpdateFleetRequest MakeRequest(const std::string& fleet_id, const UpdateCommand::Options& options,
                                   const CommandContext& context) {
  v1::UpdateFleetRequest request;
  request.set_fleet_id(fleet_id);
  v1::FleetPolicy& policy = *request.mutable_policy();
  google::protobuf::FieldMask& mask = *request.mutable_update_mask();
  if (options.max_concurrency.has_value()) {
    mask.add_paths("max_concurrency");
    policy.set_max_concurrency(*options.max_concurrency);
  }
  if (options.priority.has_value()) {
    mask.add_paths("priority");
    policy.set_priority(*options.priority);
  }
  if (options.deadline.has_value() || options.no_deadline) mask.add_paths("deadline");
  if (options.deadline.has_value()) {
    *policy.mutable_deadline() =
        rpc::ToProtoTime(ResolveDeadline(*options.deadline, context.environment.clock.TimeNow()));
  }
  return request;
}

std::string PolicyValue(const v1::FleetPolicy& policy, absl::string_view path) {
  if (path == "deadline") return policy.has_deadline() ? FormatTime(policy.deadline()) : "none";
  return absl::StrCat(path == "priority" ? policy.priority() : policy.max_concurrency());
}

// "max concurrency 50 → 20, deadline none → 2026-05-04 11:32:07Z".
std::string DescribeChanges(const v1::UpdateFleetRequest& request, const v1::FleetPolicy& before,
                            const v1::FleetPolicy& after) {
  std::vector<std::string> changes;
  for (const std::string& path : request.update_mask().paths()) {
    changes.push_back(absl::StrCat(path == "max_concurrency" ? "max concurrency" : path, " ", PolicyValue(before, path),
                                   " → ", PolicyValue(after, path)));
  }
  return absl::StrJoin(changes, ", ");
}

}  // namespace

CommandHelp UpdateCommand::Help() const {
  return {"Change a fleet's rules while it runs", R"(
At least one option. A deadline is a time such as 2026-05-04T11:32:07Z, a duration from now such as 2h30m, or none.
Fewer at once than are running: these go on to their end, and nothing starts until there is room.

Examples:
  fleetctl update 01JZ0000000000000000000000 --max-concurrency 5
  fleetctl update 01JZ0000000000000000000000 --priority 10 --deadline 2h30m
  fleetctl update 01JZ0000000000000000000000 --deadline none
)"};
}

void UpdateCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Count("--max-concurrency", options_.max_concurrency, "Most repositories worked on at once")
      .Fills("policy.max_concurrency");
  options.Priority(options_.priority);
  options
      .Value(
          "--deadline",
          [this](const std::string& value) {
            options_.no_deadline = value == "none";
            if (options_.no_deadline) return absl::OkStatus();
            FLEET_ASSIGN_OR_RETURN(options_.deadline, ParseDeadline(value));
            return absl::OkStatus();
          },
          "When nothing starts any more and what runs is stopped: a time, so long from now, or none")
      .TypeName("TIME|DURATION|none")
      .Fills("policy.deadline");
}

std::string UpdateCommand::UsageProblem() const {
  const bool changes = options_.max_concurrency.has_value() || options_.priority.has_value() ||
                       options_.deadline.has_value() || options_.no_deadline;
  return changes ? "" : "nothing to change: give --max-concurrency, --priority or --deadline";
}

absl::StatusOr<int> UpdateCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  const v1::UpdateFleetRequest request = MakeRequest(fleet_id, options_, context);
  v1::GetFleetResponse before;
  if (!context.json()) {
    v1::GetFleetRequest get;
    get.set_fleet_id(fleet_id);
    FLEET_ASSIGN_OR_RETURN(before, context.client.Call<v1::FleetService>(&FleetStub::GetFleet, get));
  }
  FLEET_ASSIGN_OR_RETURN(const v1::UpdateFleetResponse response,
                         context.client.Call<v1::FleetService>(&FleetStub::UpdateFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << "Fleet " << fleet_id << ": "
                          << DescribeChanges(request, before.fleet().policy(), response.fleet().policy()) << "\n";
  return 0;
}

}  // namespace fleet::cli
