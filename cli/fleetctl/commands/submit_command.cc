#include "cli/fleetctl/commands/submit_command.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/fleetctl/commands/input_reader.h"
#include "cli/fleetctl/commands/repetition.h"
#include "cli/fleetctl/commands/watch_command.h"
#include "cli/fleetctl/input/repos_file.h"
#include "cli/fleetctl/option_values.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

absl::StatusOr<v1::CreateFleetRequest> MakeRequest(const SubmitCommand& command, std::optional<absl::Time> deadline,
                                                   CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(command.repos_file, context));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> repos, ParseReposFile(file));
  v1::CreateFleetRequest request;
  request.set_workflow_ref(command.workflow_ref);
  request.set_task_description(command.task_description);
  request.mutable_parameters()->insert(command.parameters.begin(), command.parameters.end());
  for (const std::string& repo : repos) request.add_targets()->set_repo(repo);
  request.set_replace_branch(command.replace_branch);
  v1::FleetPolicy& policy = *request.mutable_policy();
  if (command.max_concurrency.has_value()) policy.set_max_concurrency(*command.max_concurrency);
  if (command.priority.has_value()) policy.set_priority(*command.priority);
  if (deadline.has_value()) *policy.mutable_deadline() = ToProtoTime(*deadline);
  if (command.max_tries.has_value()) policy.set_max_tries(*command.max_tries);
  if (command.task_timeout.has_value()) *policy.mutable_task_timeout() = ToProtoDuration(*command.task_timeout);
  return request;
}

void PrintAccepted(const v1::CreateFleetResponse& response, const SubmitCommand& command, CommandContext& context) {
  const v1::Fleet& fleet = response.fleet();
  std::ostream& out = context.environment.out;
  out << "Fleet " << fleet.fleet_id() << (response.replayed() ? " had been accepted before" : " accepted") << ": "
      << Plural(fleet.rollup().total(), "repository", "repositories") << ", " << fleet.resolved_workflow() << std::endl;
  if (!command.watch) {
    context.environment.err << "Watch it with: " << context.Suggest({"watch", fleet.fleet_id()}) << "\n";
  }
}

}  // namespace

absl::StatusOr<int> RunCommand(const SubmitCommand& command, CommandContext& context) {
  std::optional<absl::Time> deadline;
  if (command.deadline.has_value()) {
    deadline = ResolveDeadline(*command.deadline, context.environment.clock.TimeNow());
  }
  FLEET_ASSIGN_OR_RETURN(v1::CreateFleetRequest request, MakeRequest(command, deadline, context));
  const Repetition repetition = MakeRepetition(command.request_id, deadline, context);
  request.set_request_id(repetition.request_id);
  context.interrupted = absl::StrCat(
      "Interrupted; the fleet may have been accepted. This never makes a second one:\n  ", repetition.command, "\n");
  const auto response = context.client.Call<v1::FleetService>(&v1::FleetService::Stub::CreateFleet, request);
  if (!response.ok()) {
    OfferRepetition(response.status(), repetition, "makes a second fleet", context);
    return response.status();
  }
  if (!context.json()) {
    PrintAccepted(*response, command, context);
  } else {
    context.environment.out << ToJson(*response, command.watch ? JsonStyle::kOneLine : JsonStyle::kPretty)
                            << std::flush;
  }
  return command.watch ? WatchToEnd(response->fleet().fleet_id(), context) : 0;
}

}  // namespace fleet::cli
