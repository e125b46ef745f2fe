#include "cli/fleetctl/commands/cancel_command.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/fleet_standing.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using FleetStub = v1::FleetService::Stub;

absl::StatusOr<int> CancelTask(const std::string& fleet_id, const std::string& repo, CommandContext& context) {
  v1::CancelFleetTaskRequest request;
  request.set_fleet_id(fleet_id);
  request.set_repo(repo);
  FLEET_ASSIGN_OR_RETURN(const v1::CancelFleetTaskResponse response,
                         context.client.Call<v1::FleetService>(&FleetStub::CancelFleetTask, request));
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
    const bool one = response.in_flight() == 1;
    const absl::string_view stopped = one ? "is being stopped" : "are being stopped";
    const absl::string_view drained = one ? "may end by itself" : "may end by themselves";
    absl::StrAppend(&text, "; ", response.in_flight(), " under way ", drain ? drained : stopped);
  }
  return absl::StrCat(text, ".\n");
}

}  // namespace

CommandHelp CancelCommand::Help() const {
  return {"Cancel a fleet, or one repository of it: nothing more is started", R"(
What is running is stopped, or with --drain left to end by itself. Cancelling again is fine.

Examples:
  fleetctl cancel 01JZ0000000000000000000000
  fleetctl cancel 01JZ0000000000000000000000 --drain
  fleetctl cancel 01JZ0000000000000000000000 acme/shop
)"};
}

void CancelCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Repo(options_.repo, "Only this repository, owner/name");
  options.Flag("--drain", options_.drain, "Let what is running go on to its own end");
}

std::string CancelCommand::UsageProblem() const {
  return options_.drain && !options_.repo.empty() ? "--drain is for a whole fleet: leave out it or REPO" : "";
}

absl::StatusOr<int> CancelCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  if (!options_.repo.empty()) return CancelTask(fleet_id, options_.repo, context);
  v1::CancelFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.set_mode(options_.drain ? v1::CANCEL_MODE_DRAIN : v1::CANCEL_MODE_STOP);
  FLEET_ASSIGN_OR_RETURN(const v1::CancelFleetResponse response,
                         context.client.Call<v1::FleetService>(&FleetStub::CancelFleet, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  context.environment.out << DescribeCancelled(response);
  SuggestWatch(response.fleet(), context);
  return 0;
}

}  // namespace fleet::cli
