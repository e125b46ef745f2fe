#include "cli/fleetctl/commands/catalog_commands.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/input_reader.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/input/repository_csv.h"
#include "cli/fleetctl/input/workflow_file.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/output/workflow_writer.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using Stub = v1::CatalogService::Stub;

constexpr int32_t kPageSize = 1000;

absl::Status ReadRepositories(CommandContext& context,
                              absl::FunctionRef<bool(const v1::ListRepositoriesResponse&)> take) {
  v1::ListRepositoriesRequest request;
  request.set_page_size(kPageSize);
  return ReadPages<v1::CatalogService, Stub, v1::ListRepositoriesRequest, v1::ListRepositoriesResponse>(
      context.client, &Stub::ListRepositories, request, take);
}

absl::Status ReadWorkflows(CommandContext& context, absl::FunctionRef<bool(const v1::ListWorkflowsResponse&)> take) {
  v1::ListWorkflowsRequest request;
  request.set_page_size(kPageSize);
  return ReadPages<v1::CatalogService, Stub, v1::ListWorkflowsRequest, v1::ListWorkflowsResponse>(
      context.client, &Stub::ListWorkflows, request, take);
}

std::string PinnedReference(const v1::Workflow& workflow) {
  return SanitizeLine(absl::StrCat(workflow.workflow_ref(), "@", workflow.version()));
}

absl::Status PrintRepositoryTable(CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal, {"REPO", "DEFAULT_BRANCH", "CLONE_URL"});
  return ReadRepositories(context, [&](const v1::ListRepositoriesResponse& page) {
    for (const v1::Repository& repository : page.repositories()) {
      table.Add({repository.repo(), repository.default_branch(), repository.clone_url()});
    }
    table.Flush();
    return context.environment.out.good();
  });
}

absl::Status PrintRepositoryJson(CommandContext& context) {
  JsonListWriter json(context.environment.out, "repositories");
  FLEET_RETURN_IF_ERROR(ReadRepositories(context, [&](const v1::ListRepositoriesResponse& page) {
    for (const v1::Repository& repository : page.repositories()) json.Add(repository);
    return context.environment.out.good();
  }));
  json.Finish();
  return absl::OkStatus();
}

absl::Status PrintWorkflowTable(CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal, {"WORKFLOW", "VERSION", "STEPS", "CREATED", "TITLE"});
  return ReadWorkflows(context, [&](const v1::ListWorkflowsResponse& page) {
    for (const v1::Workflow& workflow : page.workflows()) {
      table.Add({workflow.workflow_ref(), workflow.version(), std::to_string(workflow.steps_size()),
                 FormatTime(workflow.create_time()), workflow.title()});
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

absl::StatusOr<int> RunCommand(const RepoImportCommand& command, CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(command.file, context));
  FLEET_ASSIGN_OR_RETURN(const std::vector<v1::Repository> repositories, ParseRepositoryCsv(file));
  v1::ImportRepositoriesRequest request;
  request.mutable_repositories()->Assign(repositories.begin(), repositories.end());
  FLEET_ASSIGN_OR_RETURN(const v1::ImportRepositoriesResponse response,
                         context.client.Call<v1::CatalogService>(&Stub::ImportRepositories, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  out << "Imported " << Plural(request.repositories_size(), "repository", "repositories") << ": "
      << response.created_count() << " new, " << response.updated_count() << " changed, " << response.unchanged_count()
      << " unchanged\n";
  return 0;
}

absl::StatusOr<int> RunCommand(const RepoListCommand&, CommandContext& context) {
  FLEET_RETURN_IF_ERROR(context.json() ? PrintRepositoryJson(context) : PrintRepositoryTable(context));
  return 0;
}

absl::StatusOr<int> RunCommand(const WorkflowApplyCommand& command, CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(command.file, context));
  v1::ApplyWorkflowRequest request;
  FLEET_ASSIGN_OR_RETURN(*request.mutable_workflow(), ParseWorkflowFile(file));
  FLEET_ASSIGN_OR_RETURN(const v1::ApplyWorkflowResponse response,
                         context.client.Call<v1::CatalogService>(&Stub::ApplyWorkflow, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  out << PinnedReference(response.workflow()) << (response.created() ? " applied" : " was applied before, unchanged")
      << "\n";
  return 0;
}

absl::StatusOr<int> RunCommand(const WorkflowListCommand&, CommandContext& context) {
  FLEET_RETURN_IF_ERROR(context.json() ? PrintWorkflowJson(context) : PrintWorkflowTable(context));
  return 0;
}

absl::StatusOr<int> RunCommand(const WorkflowGetCommand& command, CommandContext& context) {
  v1::GetWorkflowRequest request;
  request.set_workflow_ref(command.workflow_ref);
  FLEET_ASSIGN_OR_RETURN(const v1::GetWorkflowResponse response,
                         context.client.Call<v1::CatalogService>(&Stub::GetWorkflow, request));
  context.environment.out << (context.json() ? ToJson(response, JsonStyle::kPretty)
                                             : FormatWorkflow(response.workflow()));
  return 0;
}

}  // namespace fleet::cli
