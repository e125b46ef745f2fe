#include "cli/fleetctl/commands/workflow_list_command.h"

#include "absl/functional/function_ref.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/domain/bounds.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using CatalogStub = v1::CatalogService::Stub;

absl::Status ReadWorkflows(CommandContext& context, absl::FunctionRef<bool(const v1::ListWorkflowsResponse&)> take) {
  v1::ListWorkflowsRequest request;
  request.set_page_size(domain::kMaxPageSize);
  return ReadPages<v1::CatalogService, CatalogStub, v1::ListWorkflowsRequest, v1::ListWorkflowsResponse>(
      context.client, &CatalogStub::ListWorkflows, request, take);
}

absl::Status PrintWorkflowTable(CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"WORKFLOW", "VERSION", DetailColumn("STEPS", 2), DetailColumn("CREATED", 1),
                     DetailColumn("WITHDRAWN", 1), TextColumn("TITLE")});
  return ReadWorkflows(context, [&](const v1::ListWorkflowsResponse& page) {
    for (const v1::Workflow& workflow : page.workflows()) {
      table.Add({workflow.workflow_ref(), workflow.version(), std::to_string(workflow.steps_size()),
                 FormatTime(workflow.create_time()),
                 workflow.has_withdraw_time() ? FormatTime(workflow.withdraw_time()) : "", workflow.title()});
    }
    table.Flush();
    return context.environment.out.good();
  });
}

absl::Status PrintWorkflowJson(CommandContext& context) {
  JsonListWriter json(context.environment.out, "workflows");
  FLEET_RETURN_IF_ERROR(ReadWorkflows(context, [&](const v1::ListWorkflowsResponse& page) {
    for (const v1::Workflow& workflow : page.workflows()) json.Add(workflow);
    return context.environment.out.good();
  }));
  json.Finish();
  return absl::OkStatus();
}

}  // namespace

CommandHelp WorkflowListCommand::Help() const {
  return {"List workflows with all their versions", R"(
Example:
  fleetctl workflow list
)"};
}

absl::StatusOr<int> WorkflowListCommand::Run(CommandContext& context) const {
  FLEET_RETURN_IF_ERROR(context.json() ? PrintWorkflowJson(context) : PrintWorkflowTable(context));
  return 0;
}

}  // namespace fleet::cli
