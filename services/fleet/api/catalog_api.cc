#include "services/fleet/api/catalog_api.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/domain/identifiers.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/catalog_requests.h"
#include "services/fleet/requests/page_fill.h"
#include "services/fleet/requests/page_token.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/workflow_requests.h"

namespace fleet::service {

absl::Status CatalogApi::ImportRepositories(const domain::Caller& caller, const v1::ImportRepositoriesRequest& request,
                                            v1::ImportRepositoriesResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateImportRepositories(request));
  FLEET_ASSIGN_OR_RETURN(const store::ImportCounts counts, catalog_.Import(caller, ToRepositories(request)));
  response.set_created_count(counts.created);
  response.set_updated_count(counts.updated);
  response.set_unchanged_count(counts.unchanged);
  return absl::OkStatus();
}

absl::Status CatalogApi::GetRepository(const domain::Caller& caller, const v1::GetRepositoryRequest& request,
                                       v1::GetRepositoryResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateRepo(request.repo()));
  FLEET_ASSIGN_OR_RETURN(const store::RepositoryRecord repository, catalog_.GetRepository(caller, request.repo()));
  ToProto(repository, *response.mutable_repository());
  return absl::OkStatus();
}

absl::Status CatalogApi::DeleteRepository(const domain::Caller& caller, const v1::DeleteRepositoryRequest& request,
                                          v1::DeleteRepositoryResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateRepo(request.repo()));
  FLEET_ASSIGN_OR_RETURN(const store::RepositoryRecord deleted, catalog_.Delete(caller, request.repo()));
  ToProto(deleted, *response.mutable_repository());
  return absl::OkStatus();
}

absl::Status CatalogApi::ListRepositories(const domain::Caller& caller, const v1::ListRepositoriesRequest& request,
                                          v1::ListRepositoriesResponse& response) {
  constexpr char kQuestion[] = "repositories";
  FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request.page_size(), 100));
  FLEET_ASSIGN_OR_RETURN(const std::string after, DecodePageToken(kQuestion, request.page_token()));
  FLEET_ASSIGN_OR_RETURN(const auto repositories, catalog_.ListRepositories(caller, after, limit + 1));
  const std::size_t told =
      FillPage(repositories, static_cast<std::size_t>(limit), *response.mutable_repositories(),
               [](const store::RepositoryRecord& record, v1::Repository& repository) { ToProto(record, repository); });
  if (told < repositories.size()) {
    response.set_next_page_token(EncodePageToken(kQuestion, domain::RepoKey(repositories[told - 1].repo)));
  }
  return absl::OkStatus();
}

absl::Status CatalogApi::ApplyWorkflow(const domain::Caller& caller, const v1::ApplyWorkflowRequest& request,
                                       v1::ApplyWorkflowResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateApplyWorkflow(request));
  FLEET_ASSIGN_OR_RETURN(const store::WorkflowRecord workflow, ToWorkflow(request));
  FLEET_ASSIGN_OR_RETURN(const bool created, catalog_.Apply(caller, workflow));
  FLEET_ASSIGN_OR_RETURN(const store::WorkflowRecord stored,
                         catalog_.GetWorkflow(caller, {workflow.name, request.workflow().version()}));
  response.set_created(created);
  return ToProto(stored, *response.mutable_workflow());
}

absl::Status CatalogApi::WithdrawWorkflow(const domain::Caller& caller, const v1::WithdrawWorkflowRequest& request,
                                          v1::WithdrawWorkflowResponse& response) {
  const auto ref = domain::WorkflowRef::Parse(request.workflow_ref());
  const auto version = domain::WorkflowVersion::Parse(ref.has_value() ? ref->version : "");
  if (!version.has_value()) return InvalidField("workflow_ref", "must be \"<domain>/<name>-v<major>@<version>\"");
  FLEET_ASSIGN_OR_RETURN(const store::WorkflowRecord workflow, catalog_.Withdraw(caller, ref->name, *version));
  return ToProto(workflow, *response.mutable_workflow());
}

absl::Status CatalogApi::GetWorkflow(const domain::Caller& caller, const v1::GetWorkflowRequest& request,
                                     v1::GetWorkflowResponse& response) {
  const auto ref = domain::WorkflowRef::Parse(request.workflow_ref());
  if (!ref.has_value()) return InvalidField("workflow_ref", "must be \"<domain>/<name>-v<major>[@<version>]\"");
  FLEET_ASSIGN_OR_RETURN(const store::WorkflowRecord workflow, catalog_.GetWorkflow(caller, *ref));
  return ToProto(workflow, *response.mutable_workflow());
}

absl::Status CatalogApi::ListWorkflows(const domain::Caller& caller, const v1::ListWorkflowsRequest& request,
                                       v1::ListWorkflowsResponse& response) {
  constexpr char kQuestion[] = "workflows";
  FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request.page_size(), 100));
  FLEET_ASSIGN_OR_RETURN(const std::string position, DecodePageToken(kQuestion, request.page_token()));
  int32_t offset = 0;
  if (!position.empty() && !absl::SimpleAtoi(position, &offset)) return InvalidField("page_token", "is malformed");
  FLEET_ASSIGN_OR_RETURN(const store::WorkflowPage page, catalog_.ListWorkflows(caller, offset, limit));
  absl::Status readable;
  const std::size_t told = FillPage(page.workflows, page.workflows.size(), *response.mutable_workflows(),
                                    [&readable](const store::WorkflowRecord& record, v1::Workflow& workflow) {
                                      readable.Update(ToProto(record, workflow));
                                    });
  FLEET_RETURN_IF_ERROR(readable);
  if (page.has_next || told < page.workflows.size()) {
    response.set_next_page_token(
        EncodePageToken(kQuestion, absl::StrCat(int64_t{offset} + static_cast<int64_t>(told))));
  }
  return absl::OkStatus();
}

}  // namespace fleet::service
