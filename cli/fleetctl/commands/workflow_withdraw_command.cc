#include "cli/fleetctl/commands/workflow_withdraw_command.h"

#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {

CommandHelp WorkflowWithdrawCommand::Help() const {
  return {"Take a version of a workflow from new fleets", R"(
A submission without a version takes the next highest one; one that names this version is refused. Fleets that have it
go on, and their retries too. It cannot be taken back: apply the content as another version.

Example:
  fleetctl workflow withdraw examples/bump-v2@2.1.0
)"};
}

void WorkflowWithdrawCommand::AddOptions(OptionAdder& options) {
  options.Text("WORKFLOW", options_.workflow_ref, "Workflow and version, domain/name-vN@version")
      .Fills("workflow_ref")
      .Required();
}

absl::StatusOr<int> WorkflowWithdrawCommand::Run(CommandContext& context) const {
  v1::WithdrawWorkflowRequest request;
  request.set_workflow_ref(options_.workflow_ref);
  FLEET_ASSIGN_OR_RETURN(const v1::WithdrawWorkflowResponse response,
                         context.client.Call<v1::CatalogService>(&v1::CatalogService::Stub::WithdrawWorkflow, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
  } else {
    const v1::Workflow& workflow = response.workflow();
    out << "Withdrawn: " << SanitizeLine(workflow.workflow_ref()) << "@" << SanitizeLine(workflow.version())
        << "; no new fleet can have it\n";
  }
  return 0;
}

}  // namespace fleet::cli
