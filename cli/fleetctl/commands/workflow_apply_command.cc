#include "cli/fleetctl/commands/workflow_apply_command.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/input_reader.h"
#include "cli/fleetctl/input/workflow_file.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {
namespace {

std::string PinnedReference(const v1::Workflow& workflow) {
  return SanitizeLine(absl::StrCat(workflow.workflow_ref(), "@", workflow.version()));
}

}  // namespace

CommandHelp WorkflowApplyCommand::Help() const {
  return {"Store a version of a workflow from a YAML file; versions never change", R"(
Keys: workflow, version, title, steps (name, command or script, interpreter, environment, timeout), commit
(author_name, author_email, message), report_only, pool, parameters (by name: required, description). Unknown keys are
refused. A workflow that has parameters takes these alone, and no fleet without the required ones. Fleets that name no
pool run in the workflow's.

Example:
  fleetctl workflow apply add-license.yaml
)"};
}

void WorkflowApplyCommand::AddOptions(OptionAdder& options) {
  options.Text("FILE", options_.file, "YAML; - is stdin").Fills("workflow", OptionField::Holds::kDocument).Required();
}

absl::StatusOr<int> WorkflowApplyCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(options_.file, context));
  v1::ApplyWorkflowRequest request;
  FLEET_ASSIGN_OR_RETURN(*request.mutable_workflow(), ParseWorkflowFile(file));
  FLEET_ASSIGN_OR_RETURN(const v1::ApplyWorkflowResponse response,
                         context.client.Call<v1::CatalogService>(&v1::CatalogService::Stub::ApplyWorkflow, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  out << PinnedReference(response.workflow()) << (response.created() ? " applied" : " was applied before, unchanged")
      << "\n";
  return 0;
}

}  // namespace fleet::cli
