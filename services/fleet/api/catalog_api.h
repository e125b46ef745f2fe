// CatalogService: repositories and workflows.
#ifndef FLEET_SERVICES_FLEET_API_CATALOG_API_H_
#define FLEET_SERVICES_FLEET_API_CATALOG_API_H_

#include "absl/status/status.h"
#include "common/domain/caller.h"
#include "common/store/catalog_store.h"
#include "fleet/v1/catalog_service.pb.h"

namespace fleet::service {

// Thread-safe; each method is the one of its name, and blocks for the database.
class CatalogApi {
 public:
  explicit CatalogApi(store::CatalogStore& catalog) : catalog_(catalog) {}

  absl::Status ImportRepositories(const domain::Caller& caller, const v1::ImportRepositoriesRequest& request,
                                  v1::ImportRepositoriesResponse& response);
  absl::Status GetRepository(const domain::Caller& caller, const v1::GetRepositoryRequest& request,
                             v1::GetRepositoryResponse& response);
  absl::Status DeleteRepository(const domain::Caller& caller, const v1::DeleteRepositoryRequest& request,
                                v1::DeleteRepositoryResponse& response);
  absl::Status ListRepositories(const domain::Caller& caller, const v1::ListRepositoriesRequest& request,
                                v1::ListRepositoriesResponse& response);
  absl::Status ApplyWorkflow(const domain::Caller& caller, const v1::ApplyWorkflowRequest& request,
                             v1::ApplyWorkflowResponse& response);
  absl::Status WithdrawWorkflow(const domain::Caller& caller, const v1::WithdrawWorkflowRequest& request,
                                v1::WithdrawWorkflowResponse& response);
  absl::Status GetWorkflow(const domain::Caller& caller, const v1::GetWorkflowRequest& request,
                           v1::GetWorkflowResponse& response);
  absl::Status ListWorkflows(const domain::Caller& caller, const v1::ListWorkflowsRequest& request,
                             v1::ListWorkflowsResponse& response);

 private:
  store::CatalogStore& catalog_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_CATALOG_API_H_
