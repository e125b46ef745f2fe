#include "services/fleet/catalog_service.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "services/fleet/page_token.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/request_validation.h"
#include "services/fleet/workflow_validation.h"

namespace fleet::service {

grpc::ServerUnaryReactor* CatalogService::ImportRepositories(grpc::CallbackServerContext* context,
                                                             const v1::ImportRepositoriesRequest* request,
                                                             v1::ImportRepositoriesResponse* response) {
  return rpc_.Run("ImportRepositories", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateImportRepositories(*request));
    std::vector<store::RepositoryRecord> repositories;
    for (const v1::Repository& repository : request->repositories()) {
      repositories.push_back({repository.repo(), repository.clone_url(), repository.default_branch(), {}, {}});
    }
    FLEET_ASSIGN_OR_RETURN(const store::ImportCounts counts, catalog_.Import(caller, repositories));
    response->set_created_count(counts.created);
    response->set_updated_count(counts.updated);
    response->set_unchanged_count(counts.unchanged);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogService::GetRepository(grpc::CallbackServerContext* context,
                                                        const v1::GetRepositoryRequest* request,
                                                        v1::GetRepositoryResponse* response) {
  return rpc_.Run("GetRepository", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    const std::string problem = domain::RepoNameProblem(request->repo());
    if (!problem.empty()) return InvalidField("repo", problem);
    FLEET_ASSIGN_OR_RETURN(const store::RepositoryRecord repository, catalog_.GetRepository(caller, request->repo()));
    *response->mutable_repository() = ToProto(repository);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogService::ListRepositories(grpc::CallbackServerContext* context,
                                                           const v1::ListRepositoriesRequest* request,
                                                           v1::ListRepositoriesResponse* response) {
  return rpc_.Run("ListRepositories", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    constexpr char kQuestion[] = "repositories";
    FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request->page_size(), 100));
    FLEET_ASSIGN_OR_RETURN(const std::string after, DecodePageToken(kQuestion, request->page_token()));
    FLEET_ASSIGN_OR_RETURN(const auto repositories, catalog_.ListRepositories(caller, after, limit + 1));
    for (const store::RepositoryRecord& repository : repositories) {
      if (response->repositories_size() == limit) {
        const std::string& last = response->repositories(limit - 1).repo();
        response->set_next_page_token(EncodePageToken(kQuestion, domain::RepoKey(last)));
        break;
      }
      *response->add_repositories() = ToProto(repository);
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogService::ApplyWorkflow(grpc::CallbackServerContext* context,
                                                        const v1::ApplyWorkflowRequest* request,
                                                        v1::ApplyWorkflowResponse* response) {
  return rpc_.Run("ApplyWorkflow", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateApplyWorkflow(*request));
    store::WorkflowRecord workflow;
    workflow.name = request->workflow().workflow_ref();
    workflow.version = *domain::WorkflowVersion::Parse(request->workflow().version());
    FLEET_ASSIGN_OR_RETURN(workflow.definition, ToDefinition(request->workflow()));
    FLEET_ASSIGN_OR_RETURN(const bool created, catalog_.Apply(caller, workflow));
    FLEET_ASSIGN_OR_RETURN(const store::WorkflowRecord stored,
                           catalog_.GetWorkflow(caller, {workflow.name, request->workflow().version()}));
    FLEET_ASSIGN_OR_RETURN(*response->mutable_workflow(), ToProto(stored));
    response->set_created(created);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogService::GetWorkflow(grpc::CallbackServerContext* context,
                                                      const v1::GetWorkflowRequest* request,
                                                      v1::GetWorkflowResponse* response) {
  return rpc_.Run("GetWorkflow", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    const auto ref = domain::WorkflowRef::Parse(request->workflow_ref());
    if (!ref.has_value()) return InvalidField("workflow_ref", "must be \"<domain>/<name>-v<major>[@<version>]\"");
    FLEET_ASSIGN_OR_RETURN(const store::WorkflowRecord workflow, catalog_.GetWorkflow(caller, *ref));
    FLEET_ASSIGN_OR_RETURN(*response->mutable_workflow(), ToProto(workflow));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CatalogService::ListWorkflows(grpc::CallbackServerContext* context,
                                                        const v1::ListWorkflowsRequest* request,
                                                        v1::ListWorkflowsResponse* response) {
  return rpc_.Run("ListWorkflows", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    constexpr char kQuestion[] = "workflows";
    FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request->page_size(), 100));
    FLEET_ASSIGN_OR_RETURN(const std::string position, DecodePageToken(kQuestion, request->page_token()));
    int32_t offset = 0;
    if (!position.empty() && !absl::SimpleAtoi(position, &offset)) return InvalidField("page_token", "is malformed");
    FLEET_ASSIGN_OR_RETURN(const auto workflows, catalog_.ListWorkflows(caller, offset, limit + 1));
    for (const store::WorkflowRecord& workflow : workflows) {
      if (response->workflows_size() == limit) {
        response->set_next_page_token(EncodePageToken(kQuestion, std::to_string(offset + limit)));
        break;
      }
      FLEET_ASSIGN_OR_RETURN(*response->add_workflows(), ToProto(workflow));
    }
    return absl::OkStatus();
  });
}

}  // namespace fleet::service
