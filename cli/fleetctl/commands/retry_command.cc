#include "cli/fleetctl/commands/retry_command.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/input_reader.h"
#include "cli/fleetctl/commands/repetition.h"
#include "cli/fleetctl/commands/watch_command.h"
#include "cli/fleetctl/input/repos_file.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

absl::Status FillSelection(const RetryCommand& command, CommandContext& context, v1::RetrySelection& selection) {
  selection.mutable_states()->Assign(command.states.begin(), command.states.end());
  selection.mutable_categories()->Assign(command.categories.begin(), command.categories.end());
  selection.mutable_fingerprints()->Assign(command.fingerprints.begin(), command.fingerprints.end());
  selection.mutable_repos()->Assign(command.repos.begin(), command.repos.end());
  if (command.repos_file.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(command.repos_file, context));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> repos, ParseReposFile(file));
  selection.mutable_repos()->Add(repos.begin(), repos.end());
  return absl::OkStatus();
}

void FillAmendment(const RetryCommand& command, v1::FleetAmendment& amendment) {
  if (command.task_description.has_value()) amendment.set_task_description(*command.task_description);
  amendment.mutable_parameters()->insert(command.parameters.begin(), command.parameters.end());
  amendment.set_replace_parameters(!command.parameters.empty());
  amendment.set_workflow_ref(command.workflow_ref);
  amendment.set_replace_branch(command.replace_branch);
}

void PrintBegun(const v1::RetryFleetResponse& response, const RetryCommand& command, CommandContext& context) {
  const v1::Fleet& fleet = response.fleet();
  std::ostream& out = context.environment.out;
  out << "Fleet " << SanitizeLine(fleet.fleet_id()) << ": generation " << fleet.generation()
      << (response.replayed() ? " had been begun before" : " begun") << ", " << SanitizeLine(fleet.resolved_workflow())
      << "; " << Name(fleet.state());
  if (fleet.retrying()) out << ", and a worker returns the chosen repositories to the queue";
  out << std::endl;
  if (!command.watch) {
    context.environment.err << "Watch it with: " << context.Suggest({"watch", command.fleet_id}) << "\n";
  }
}

}  // namespace

absl::StatusOr<int> RunCommand(const RetryCommand& command, CommandContext& context) {
  v1::RetryFleetRequest request;
  request.set_fleet_id(command.fleet_id);
  FLEET_RETURN_IF_ERROR(FillSelection(command, context, *request.mutable_selection()));
  FillAmendment(command, *request.mutable_amendment());
  const Repetition repetition = MakeRepetition(command.request_id, std::nullopt, context);
  request.set_request_id(repetition.request_id);
  context.interrupted = absl::StrCat("Interrupted; the retry may have begun. This never makes a second generation:\n  ",
                                     repetition.command, "\n");
  const auto response = context.client.Call<v1::FleetService>(&v1::FleetService::Stub::RetryFleet, request);
  if (!response.ok()) {
    OfferRepetition(response.status(), repetition, "makes a second generation", context);
    return response.status();
  }
  if (!context.json()) {
    PrintBegun(*response, command, context);
  } else {
    context.environment.out << ToJson(*response, command.watch ? JsonStyle::kOneLine : JsonStyle::kPretty)
                            << std::flush;
  }
  return command.watch ? WatchToEnd(command.fleet_id, context) : 0;
}

}  // namespace fleet::cli
