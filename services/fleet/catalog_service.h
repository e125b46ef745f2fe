// fleet.v1.CatalogService.
#ifndef FLEET_SERVICES_FLEET_CATALOG_SERVICE_H_
#define FLEET_SERVICES_FLEET_CATALOG_SERVICE_H_

#include "common/rpc/rpc_handler.h"
#include "common/store/catalog_store.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::service {

class CatalogService final : public v1::CatalogService::CallbackService {
 public:
  CatalogService(rpc::RpcHandler& rpc, store::CatalogStore& catalog) : rpc_(rpc), catalog_(catalog) {}

  grpc::ServerUnaryReactor* ImportRepositories(grpc::CallbackServerContext* context,
                                               const v1::ImportRepositoriesRequest* request,
                                               v1::ImportRepositoriesResponse* response) override;
  grpc::ServerUnaryReactor* GetRepository(grpc::CallbackServerContext* context, const v1::GetRepositoryRequest* request,
                                          v1::GetRepositoryResponse* response) override;
  grpc::ServerUnaryReactor* ListRepositories(grpc::CallbackServerContext* context,
                                             const v1::ListRepositoriesRequest* request,
                                             v1::ListRepositoriesResponse* response) override;
  grpc::ServerUnaryReactor* ApplyWorkflow(grpc::CallbackServerContext* context, const v1::ApplyWorkflowRequest* request,
                                          v1::ApplyWorkflowResponse* response) override;
  grpc::ServerUnaryReactor* GetWorkflow(grpc::CallbackServerContext* context, const v1::GetWorkflowRequest* request,
                                        v1::GetWorkflowResponse* response) override;
  grpc::ServerUnaryReactor* ListWorkflows(grpc::CallbackServerContext* context, const v1::ListWorkflowsRequest* request,
                                          v1::ListWorkflowsResponse* response) override;

 private:
  rpc::RpcHandler& rpc_;
  store::CatalogStore& catalog_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_CATALOG_SERVICE_H_
