// FleetService, CatalogService and AdminService that answer as a test says, on a port of their own.
#ifndef FLEET_TESTS_UNIT_CLI_FLEETCTL_FAKE_SERVICES_H_
#define FLEET_TESTS_UNIT_CLI_FLEETCTL_FAKE_SERVICES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/admin_service.grpc.pb.h"
#include "fleet/v1/catalog_service.grpc.pb.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "grpcpp/server.h"
#include "grpcpp/server_context.h"

namespace fleet::cli {

using WatchWriter = grpc::ServerWriter<v1::WatchFleetResponse>;
using LogWriter = grpc::ServerWriter<v1::FollowTaskLogResponse>;

// What the methods do; those that a test leaves out are UNIMPLEMENTED. Set before the first call.
struct FakeAnswers {
  template <typename Request, typename Response>
  using Method = std::function<absl::Status(const Request&, Response&)>;

  Method<v1::CreateFleetRequest, v1::CreateFleetResponse> create_fleet;
  Method<v1::AddFleetTargetsRequest, v1::AddFleetTargetsResponse> add_fleet_targets;
  Method<v1::SealFleetRequest, v1::SealFleetResponse> seal_fleet;
  Method<v1::GetFleetRequest, v1::GetFleetResponse> get_fleet;
  Method<v1::ListFleetsRequest, v1::ListFleetsResponse> list_fleets;
  Method<v1::ListFleetTasksRequest, v1::ListFleetTasksResponse> list_fleet_tasks;
  Method<v1::GetFleetTaskRequest, v1::GetFleetTaskResponse> get_fleet_task;
  Method<v1::CancelFleetRequest, v1::CancelFleetResponse> cancel_fleet;
  Method<v1::CancelFleetTaskRequest, v1::CancelFleetTaskResponse> cancel_fleet_task;
  Method<v1::PauseFleetRequest, v1::PauseFleetResponse> pause_fleet;
  Method<v1::ResumeFleetRequest, v1::ResumeFleetResponse> resume_fleet;
  Method<v1::UpdateFleetRequest, v1::UpdateFleetResponse> update_fleet;
  Method<v1::RetryFleetRequest, v1::RetryFleetResponse> retry_fleet;
  Method<v1::ListFailureGroupsRequest, v1::ListFailureGroupsResponse> list_failure_groups;
  Method<v1::ListTaskAttemptsRequest, v1::ListTaskAttemptsResponse> list_task_attempts;
  std::function<grpc::Status(grpc::ServerContext&, const v1::WatchFleetRequest&, WatchWriter&)> watch_fleet;
  std::function<grpc::Status(grpc::ServerContext&, const v1::FollowTaskLogRequest&, LogWriter&)> follow_task_log;
  Method<v1::ImportRepositoriesRequest, v1::ImportRepositoriesResponse> import_repositories;
  Method<v1::GetRepositoryRequest, v1::GetRepositoryResponse> get_repository;
  Method<v1::DeleteRepositoryRequest, v1::DeleteRepositoryResponse> delete_repository;
  Method<v1::WithdrawWorkflowRequest, v1::WithdrawWorkflowResponse> withdraw_workflow;
  Method<v1::ListRepositoriesRequest, v1::ListRepositoriesResponse> list_repositories;
  Method<v1::ApplyWorkflowRequest, v1::ApplyWorkflowResponse> apply_workflow;
  Method<v1::GetWorkflowRequest, v1::GetWorkflowResponse> get_workflow;
  Method<v1::ListWorkflowsRequest, v1::ListWorkflowsResponse> list_workflows;
  Method<v1::ListLimitsRequest, v1::ListLimitsResponse> list_limits;
  Method<v1::SetLimitRequest, v1::SetLimitResponse> set_limit;
  Method<v1::ListAuditEventsRequest, v1::ListAuditEventsResponse> list_audit_events;
  Method<v1::ListRunnersRequest, v1::ListRunnersResponse> list_runners;
  Method<v1::GetRunnerRequest, v1::GetRunnerResponse> get_runner;
  Method<v1::GetSystemStatusRequest, v1::GetSystemStatusResponse> get_system_status;
};

class FakeServer {
 public:
  explicit FakeServer(FakeAnswers answers);
  // Cancels what goes on.
  ~FakeServer();

  const std::string& address() const { return address_; }
  // The x-fleet-user of every call so far.
  std::vector<std::string> users();

 private:
  class Fleets;
  class Catalog;
  class Admin;

  void Note(const grpc::ServerContext& context);

  const FakeAnswers answers_;
  Mutex mutex_;
  std::vector<std::string> users_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Fleets> fleets_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

// An address on which nobody listens, and nobody else will while it lives.
class ClosedPort {
 public:
  ClosedPort();
  ~ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;

  const std::string& address() const { return address_; }

 private:
  int socket_;
  std::string address_;
};

}  // namespace fleet::cli

#endif  // FLEET_TESTS_UNIT_CLI_FLEETCTL_FAKE_SERVICES_H_
