#include "cli/fleetctl/commands/workflow_get_command.h"

#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/workflow_writer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {

CommandHelp WorkflowGetCommand::Help() const {
  return {"Show a workflow, by default its highest version", R"(
Example:
  fleetctl workflow get examples/add-license-v1@1.0.0
)"};
}

void WorkflowGetCommand::AddOptions(OptionAdder& options) {
  options.Text("WORKFLOW", options_.workflow_ref, "domain/name-vN[@version]").Fills("workflow_ref").Required();
}

absl::StatusOr<int> WorkflowGetCommand::Run(CommandContext& context) const {
  v1::GetWorkflowRequest request;
  request.set_workflow_ref(options_.workflow_ref);
  FLEET_ASSIGN_OR_RETURN(const v1::GetWorkflowResponse response,
                         context.client.Call<v1::CatalogService>(&v1::CatalogService::Stub::GetWorkflow, request));
  context.environment.out << (context.json() ? ToJson(response, JsonStyle::kPretty)
                                             : FormatWorkflow(response.workflow()));
  return 0;
}

}  // namespace fleet::cli
