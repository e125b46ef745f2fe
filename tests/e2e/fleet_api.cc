#include "tests/e2e/fleet_api.h"

#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"

namespace fleet::e2e {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(20);

}  // namespace

template <typename Service, typename Request, typename Response>
absl::StatusOr<Response> FleetApi::Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                              Response*),
                                        const Request& request) {
  absl::Status status;
  for (const std::string& address : addresses_) {
    grpc::ClientContext context;
    rpc::PrepareContext(context, kUser, kCallTimeout);
    // A channel that has failed comes back some seconds after its server.
    const auto stub = Service::NewStub(rpc::MakeChannel(address));
    Response response;
    status = rpc::FromGrpcStatus((stub.get()->*method)(&context, request, &response));
    if (status.ok()) return response;
    if (!absl::IsUnavailable(status)) return status;
  }
  return status;
}

absl::StatusOr<v1::Fleet> FleetApi::Create(const v1::CreateFleetRequest& request) {
  FLEET_ASSIGN_OR_RETURN(const auto response, (Call<v1::FleetService, v1::CreateFleetRequest, v1::CreateFleetResponse>(
                                                  &v1::FleetService::Stub::CreateFleet, request)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetApi::Get(const std::string& fleet_id) {
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet_id);
  FLEET_ASSIGN_OR_RETURN(const auto response, (Call<v1::FleetService, v1::GetFleetRequest, v1::GetFleetResponse>(
                                                  &v1::FleetService::Stub::GetFleet, request)));
  return response.fleet();
}

absl::StatusOr<v1::Fleet> FleetApi::Cancel(const std::string& fleet_id, v1::CancelMode mode) {
  v1::CancelFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.set_mode(mode);
  FLEET_ASSIGN_OR_RETURN(const auto response, (Call<v1::FleetService, v1::CancelFleetRequest, v1::CancelFleetResponse>(
                                                  &v1::FleetService::Stub::CancelFleet, request)));
  return response.fleet();
}

absl::StatusOr<std::map<std::string, v1::Task>> FleetApi::Tasks(const std::string& fleet_id) {
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(fleet_id);
  request.set_page_size(1000);
  FLEET_ASSIGN_OR_RETURN(const auto response,
                         (Call<v1::FleetService, v1::ListFleetTasksRequest, v1::ListFleetTasksResponse>(
                             &v1::FleetService::Stub::ListFleetTasks, request)));
  std::map<std::string, v1::Task> tasks;
  for (const v1::Task& task : response.tasks()) tasks[task.repo()] = task;
  return tasks;
}

absl::StatusOr<v1::GetFleetTaskResponse> FleetApi::Task(const std::string& fleet_id, const std::string& repo) {
  v1::GetFleetTaskRequest request;
  request.set_fleet_id(fleet_id);
  request.set_repo(repo);
  return Call<v1::FleetService, v1::GetFleetTaskRequest, v1::GetFleetTaskResponse>(
      &v1::FleetService::Stub::GetFleetTask, request);
}

absl::Status FleetApi::Import(const v1::ImportRepositoriesRequest& request) {
  return Call<v1::CatalogService, v1::ImportRepositoriesRequest, v1::ImportRepositoriesResponse>(
             &v1::CatalogService::Stub::ImportRepositories, request)
      .status();
}

absl::Status FleetApi::Apply(const v1::Workflow& workflow) {
  v1::ApplyWorkflowRequest request;
  *request.mutable_workflow() = workflow;
  return Call<v1::CatalogService, v1::ApplyWorkflowRequest, v1::ApplyWorkflowResponse>(
             &v1::CatalogService::Stub::ApplyWorkflow, request)
      .status();
}

}  // namespace fleet::e2e
