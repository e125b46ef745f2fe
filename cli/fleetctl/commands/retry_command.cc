#include "cli/fleetctl/commands/retry_command.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/input_reader.h"
#include "cli/fleetctl/commands/repetition.h"
#include "cli/fleetctl/commands/watch_command.h"
#include "cli/fleetctl/input/repos_file.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

absl::Status FillSelection(const RetryCommand::Options& options, CommandContext& context,
                           v1::RetrySelection& selection) {
  selection.mutable_states()->Assign(options.states.begin(), options.states.end());
  selection.mutable_categories()->Assign(options.categories.begin(), options.categories.end());
  selection.mutable_fingerprints()->Assign(options.fingerprints.begin(), options.fingerprints.end());
  selection.mutable_repos()->Assign(options.repos.begin(), options.repos.end());
  if (options.repos_file.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(options.repos_file, context));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> repos, ParseReposFile(file));
  selection.mutable_repos()->Add(repos.begin(), repos.end());
  return absl::OkStatus();
}

void FillAmendment(const RetryCommand::Options& options, v1::FleetAmendment& amendment) {
  if (options.task_description.has_value()) amendment.set_task_description(*options.task_description);
  amendment.mutable_parameters()->insert(options.parameters.begin(), options.parameters.end());
  amendment.set_replace_parameters(!options.parameters.empty());
  amendment.set_workflow_ref(options.workflow_ref);
  amendment.set_replace_branch(options.replace_branch);
}

void PrintBegun(const v1::RetryFleetResponse& response, bool watch, CommandContext& context) {
  const v1::Fleet& fleet = response.fleet();
  std::ostream& out = context.environment.out;
  out << "Fleet " << SanitizeLine(fleet.fleet_id()) << ": generation " << fleet.generation()
      << (response.replayed() ? " had been begun before" : " begun") << ", " << SanitizeLine(fleet.resolved_workflow())
      << "; " << Name(fleet.state());
  if (fleet.retrying()) out << ", and a worker returns the chosen repositories to the queue";
  out << std::endl;
  if (!watch) {
    context.environment.err << "Watch it with: " << context.Suggest({"watch", SanitizeLine(fleet.fleet_id())}) << "\n";
  }
}

}  // namespace

CommandHelp RetryCommand::Help() const {
  return {"Try ended repositories again, as a new generation of the fleet", R"(
Without a selection all that failed, timed out or were cancelled; with several kinds of selection those that match
each kind. Task, parameters and workflow stay as they were unless they are given; --param, given at all, replaces all
parameters. Without --request-id one is made up and kept through retries; when no server confirms the retry, it is
printed with the command to repeat: that never makes a second generation. With --watch the exit code is 5 unless every
repository completed.

Examples:
  fleetctl retry 01JZ0000000000000000000000 --watch
  fleetctl retry 01JZ0000000000000000000000 --category network --state timed-out
  fleetctl retry 01JZ0000000000000000000000 --fingerprint 0123456789abcdef --workflow examples/add-license-v1@1.0.1
)"};
}

void RetryCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options
      .Names("--state", options_.states, ParseEndedTaskState, AllEndedTaskStates(),
             "Only those in this state; may be repeated. Default: all of these but COMPLETED.")
      .TypeName("STATE")
      .Fills("selection.states");
  options
      .Names("--category", options_.categories, ParseFailureCategory, AllFailureCategories(),
             "Only failures of this category; may be repeated.")
      .TypeName("CATEGORY")
      .Fills("selection.categories");
  options
      .Repeatable(
          "--fingerprint",
          [this](const std::string& value) {
            FLEET_ASSIGN_OR_RETURN(options_.fingerprints.emplace_back(), ParseFingerprint(value));
            return absl::OkStatus();
          },
          "Only failures of this group of `failures`; may be repeated")
      .TypeName("HEX")
      .Fills("selection.fingerprints");
  options
      .Repeatable(
          "--repo",
          [this](const std::string& value) {
            options_.repos.push_back(value);
            return absl::OkStatus();
          },
          "Only this repository, owner/name; may be repeated")
      .TypeName("REPO")
      .Fills("selection.repos");
  options
      .Text("--repos-file", options_.repos_file, "Only these repositories, one owner/name a line, or CSV; - is stdin")
      .Fills("selection.repos", OptionField::Holds::kList);
  options
      .Value(
          "--task",
          [this](const std::string& value) {
            options_.task_description = value;
            return absl::OkStatus();
          },
          "What to do from now on. Default: as before", domain::TextKind::kLines)
      .Fills("amendment.task_description");
  options.Parameters(options_.parameters,
                     "A parameter for every repository; may be repeated. Once given, all earlier ones are replaced");
  options
      .Text("--workflow", options_.workflow_ref, "Workflow from now on, domain/name-vN[@version]. Default: as before")
      .Fills("amendment.workflow_ref")
      .Fills("workflow_ref");
  options.ReplaceBranch(options_.replace_branch);
  options.RequestId(
      options_.request_id,
      "Makes a repetition safe: the same id gives the same generation. Default: made up, and printed when it "
      "is needed");
  options.Flag("--watch", options_.watch, "Watch the fleet to its end");
}

absl::StatusOr<int> RetryCommand::Run(CommandContext& context) const {
  v1::RetryFleetRequest request;
  FLEET_RETURN_IF_ERROR(FillSelection(options_, context, *request.mutable_selection()));
  FillAmendment(options_, *request.mutable_amendment());
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  request.set_fleet_id(fleet_id);
  TypedWords typed;
  typed.fleet_reference = options_.fleet_id;
  typed.fleet_id = fleet_id;
  const Repetition repetition = MakeRepetition(options_.request_id, typed, context);
  request.set_request_id(repetition.request_id);
  context.interrupted = absl::StrCat("Interrupted; the retry may have begun. This never makes a second generation:\n  ",
                                     repetition.command, "\n");
  const auto response = context.client.Call<v1::FleetService>(&v1::FleetService::Stub::RetryFleet, request);
  if (!response.ok()) {
    OfferRepetition(response.status(), repetition, "makes a second generation", context);
    return response.status();
  }
  if (!context.json()) {
    PrintBegun(*response, options_.watch, context);
  } else {
    context.environment.out << ToJson(*response, options_.watch ? JsonStyle::kOneLine : JsonStyle::kPretty)
                            << std::flush;
  }
  return options_.watch ? WatchToEnd(fleet_id, context) : 0;
}

}  // namespace fleet::cli
