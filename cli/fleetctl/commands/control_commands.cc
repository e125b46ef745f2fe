#include "cli/fleetctl/commands/control_commands.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/option_values.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using Stub = v1::FleetService::Stub;

// "Fleet 01JZ… is PAUSED".
std::string Standing(const v1::Fleet& fleet, absl::string_view verb = "is") {
  return absl::StrCat("Fleet ", SanitizeLine(fleet.fleet_id()), " ", verb, " ", Name(fleet.state()));
}

void SuggestWatch(const v1::Fleet& fleet, CommandContext& context) {
  if (IsTerminal(fleet.state())) return;
  context.environment.err << "See it end with: " << context.Suggest({"watch", fleet.fleet_id()}) << "\n";
}

absl::StatusOr<int> CancelTask(const CancelCommand& command, CommandContext& context) {
  v1::CancelFleetTaskRequest request;
  request.set_fleet_id(command.fleet_id);
  request.set_repo(command.repo);
  FLEET_ASSIGN_OR_RETURN(const v1::CancelFleetTaskResponse response,
                         context.client.Call<v1::FleetService>(&Stub::CancelFleetTask, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  const v1::Task& task = response.task();
  out << SanitizeLine(task.repo()) << " is " << Name(task.state())
      << (IsTerminal(task.state()) ? "" : ", and being stopped") << ".\n";
  return 0;
}

std::string DescribeCancelled(const v1::CancelFleetResponse& response) {
  std::string text = absl::StrCat(Standing(response.fleet()), ": nothing more is started");
  if (response.in_flight() > 0) {
    const bool drain = response.fleet().cancel_mode() == v1::CANCEL_MODE_DRAIN;
    absl::StrAppend(&text, "; ", response.in_flight(),
                    drain ? " under way may end by themselves" : " under way are being stopped");
  }
  return absl::StrCat(text, ".\n");
}

std::string DescribePaused(const v1::PauseFleetResponse& response) {
  std::string text = absl::StrCat(Standing(response.fleet()), ": nothing more is started");
  if (response.in_flight() > 0) absl::StrAppend(&text, "; ", response.in_flight(), " under way go on to their end");
  return absl::StrCat(text, ".\n");
}

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

v1::UpdateFleetRequest MakeRequest(const UpdateCommand& command, const CommandContext& context) {
  v1::UpdateFleetRequest request;
  request.set_fleet_id(command.fleet_id);
  v1::FleetPolicy& policy = *request.mutable_policy();
  google::protobuf::FieldMask& mask = *request.mutable_update_mask();
  if (command.max_concurrency.has_value()) {
    mask.add_paths("max_concurrency");
    policy.set_max_concurrency(*command.max_concurrency);
  }
  if (command.priority.has_value()) {
    mask.add_paths("priority");
    policy.set_priority(*command.priority);
  }
  if (command.deadline.has_value() || command.no_deadline) mask.add_paths("deadline");
  if (command.deadline.has_value()) {
    *policy.mutable_deadline() = ToProtoTime(ResolveDeadline(*command.deadline, context.environment.clock.TimeNow()));
  }
  return request;
}

std::string ValueOf(const v1::FleetPolicy& policy, absl::string_view path) {
  if (path == "deadline") return policy.has_deadline() ? FormatTime(policy.deadline()) : "none";
  return absl::StrCat(path == "priority" ? policy.priority() : policy.max_concurrency());
}

// "max concurrency 50 → 20, deadline none → 2026-05-04 11:32:07Z".
std::string DescribeChanges(const v1::UpdateFleetRequest& request, const v1::FleetPolicy& before,
                            const v1::FleetPolicy& after) {
  std::vector<std::string> changes;
  for (const std::string& path : request.update_mask().paths()) {
    changes.push_back(absl::StrCat(path == "max_concurrency" ? "max concurrency" : path, " ", ValueOf(before, path),
                                   " → ", ValueOf(after, path)));
  }
  return absl::StrJoin(changes, ", ");
}

}  // namespace

absl::StatusOr<int> RunCommand(const CancelCommand& command, CommandContext& context) {
  if (!command.repo.empty()) return CancelTask(command, context);
  v1::CancelFleetRequest request;
  request.set_fleet_id(command.fleet_id);
  request.set_mode(command.drain ? v1::CANCEL_MODE_DRAIN : v1::CANCEL_MODE_STOP);
  FLEET_ASSIGN_OR_RETURN(const v1::CancelFleetResponse response,
                         context.client.Call<v1::FleetService>(&Stub::CancelFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << DescribeCancelled(response);
  SuggestWatch(response.fleet(), context);
  return 0;
}

absl::StatusOr<int> RunCommand(const PauseCommand& command, CommandContext& context) {
  v1::PauseFleetRequest request;
  request.set_fleet_id(command.fleet_id);
  FLEET_ASSIGN_OR_RETURN(const v1::PauseFleetResponse response,
                         context.client.Call<v1::FleetService>(&Stub::PauseFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << DescribePaused(response);
  context.environment.err << "Go on with: " << context.Suggest({"resume", command.fleet_id}) << "\n";
  return 0;
}

absl::StatusOr<int> RunCommand(const ResumeCommand& command, CommandContext& context) {
  v1::ResumeFleetRequest request;
  request.set_fleet_id(command.fleet_id);
  FLEET_ASSIGN_OR_RETURN(const v1::ResumeFleetResponse response,
                         context.client.Call<v1::FleetService>(&Stub::ResumeFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << DescribeResumed(response.fleet());
  SuggestWatch(response.fleet(), context);
  return 0;
}

absl::StatusOr<int> RunCommand(const UpdateCommand& command, CommandContext& context) {
  const v1::UpdateFleetRequest request = MakeRequest(command, context);
  v1::GetFleetResponse before;
  if (!context.json()) {
    v1::GetFleetRequest get;
    get.set_fleet_id(command.fleet_id);
    FLEET_ASSIGN_OR_RETURN(before, context.client.Call<v1::FleetService>(&Stub::GetFleet, get));
  }
  FLEET_ASSIGN_OR_RETURN(const v1::UpdateFleetResponse response,
                         context.client.Call<v1::FleetService>(&Stub::UpdateFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << "Fleet " << command.fleet_id << ": "
                          << DescribeChanges(request, before.fleet().policy(), response.fleet().policy()) << "\n";
  return 0;
}

}  // namespace fleet::cli
