#include "tests/unit/cli/fleetctl/fake_services.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "common/rpc/grpc_status.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace fleet::cli {
namespace {

template <typename Method, typename Request, typename Response>
grpc::Status Answer(const Method& method, const Request& request, Response& response) {
  if (method == nullptr) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "not part of this test");
  return rpc::ToGrpcStatus(method(request, response));
}

}  // namespace

class FakeServer::Fleets : public v1::FleetService::Service {
 public:
  explicit Fleets(FakeServer& server) : server_(server) {}

  grpc::Status CreateFleet(grpc::ServerContext* context, const v1::CreateFleetRequest* request,
                           v1::CreateFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.create_fleet, *request, *response);
  }
  grpc::Status AddFleetTargets(grpc::ServerContext* context, const v1::AddFleetTargetsRequest* request,
                               v1::AddFleetTargetsResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.add_fleet_targets, *request, *response);
  }
  grpc::Status SealFleet(grpc::ServerContext* context, const v1::SealFleetRequest* request,
                         v1::SealFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.seal_fleet, *request, *response);
  }
  grpc::Status GetFleet(grpc::ServerContext* context, const v1::GetFleetRequest* request,
                        v1::GetFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.get_fleet, *request, *response);
  }
  grpc::Status ListFleets(grpc::ServerContext* context, const v1::ListFleetsRequest* request,
                          v1::ListFleetsResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_fleets, *request, *response);
  }
  grpc::Status ListFleetTasks(grpc::ServerContext* context, const v1::ListFleetTasksRequest* request,
                              v1::ListFleetTasksResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_fleet_tasks, *request, *response);
  }
  grpc::Status GetFleetTask(grpc::ServerContext* context, const v1::GetFleetTaskRequest* request,
                            v1::GetFleetTaskResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.get_fleet_task, *request, *response);
  }
  grpc::Status CancelFleet(grpc::ServerContext* context, const v1::CancelFleetRequest* request,
                           v1::CancelFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.cancel_fleet, *request, *response);
  }
  grpc::Status CancelFleetTask(grpc::ServerContext* context, const v1::CancelFleetTaskRequest* request,
                               v1::CancelFleetTaskResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.cancel_fleet_task, *request, *response);
  }
  grpc::Status PauseFleet(grpc::ServerContext* context, const v1::PauseFleetRequest* request,
                          v1::PauseFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.pause_fleet, *request, *response);
  }
  grpc::Status ResumeFleet(grpc::ServerContext* context, const v1::ResumeFleetRequest* request,
                           v1::ResumeFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.resume_fleet, *request, *response);
  }
  grpc::Status UpdateFleet(grpc::ServerContext* context, const v1::UpdateFleetRequest* request,
                           v1::UpdateFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.update_fleet, *request, *response);
  }
  grpc::Status RetryFleet(grpc::ServerContext* context, const v1::RetryFleetRequest* request,
                          v1::RetryFleetResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.retry_fleet, *request, *response);
  }
  grpc::Status ListFailureGroups(grpc::ServerContext* context, const v1::ListFailureGroupsRequest* request,
                                 v1::ListFailureGroupsResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_failure_groups, *request, *response);
  }
  grpc::Status ListTaskAttempts(grpc::ServerContext* context, const v1::ListTaskAttemptsRequest* request,
                                v1::ListTaskAttemptsResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_task_attempts, *request, *response);
  }
  grpc::Status WatchFleet(grpc::ServerContext* context, const v1::WatchFleetRequest* request,
                          WatchWriter* writer) override {
    server_.Note(*context);
    if (server_.answers_.watch_fleet == nullptr) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
    return server_.answers_.watch_fleet(*context, *request, *writer);
  }
  grpc::Status FollowTaskLog(grpc::ServerContext* context, const v1::FollowTaskLogRequest* request,
                             LogWriter* writer) override {
    server_.Note(*context);
    if (server_.answers_.follow_task_log == nullptr) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
    return server_.answers_.follow_task_log(*context, *request, *writer);
  }

 private:
  FakeServer& server_;
};

class FakeServer::Catalog : public v1::CatalogService::Service {
 public:
  explicit Catalog(FakeServer& server) : server_(server) {}

  grpc::Status ImportRepositories(grpc::ServerContext* context, const v1::ImportRepositoriesRequest* request,
                                  v1::ImportRepositoriesResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.import_repositories, *request, *response);
  }
  grpc::Status GetRepository(grpc::ServerContext* context, const v1::GetRepositoryRequest* request,
                             v1::GetRepositoryResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.get_repository, *request, *response);
  }
  grpc::Status DeleteRepository(grpc::ServerContext* context, const v1::DeleteRepositoryRequest* request,
                                v1::DeleteRepositoryResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.delete_repository, *request, *response);
  }
  grpc::Status WithdrawWorkflow(grpc::ServerContext* context, const v1::WithdrawWorkflowRequest* request,
                                v1::WithdrawWorkflowResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.withdraw_workflow, *request, *response);
  }
  grpc::Status ListRepositories(grpc::ServerContext* context, const v1::ListRepositoriesRequest* request,
                                v1::ListRepositoriesResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_repositories, *request, *response);
  }
  grpc::Status ApplyWorkflow(grpc::ServerContext* context, const v1::ApplyWorkflowRequest* request,
                             v1::ApplyWorkflowResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.apply_workflow, *request, *response);
  }
  grpc::Status GetWorkflow(grpc::ServerContext* context, const v1::GetWorkflowRequest* request,
                           v1::GetWorkflowResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.get_workflow, *request, *response);
  }
  grpc::Status ListWorkflows(grpc::ServerContext* context, const v1::ListWorkflowsRequest* request,
                             v1::ListWorkflowsResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_workflows, *request, *response);
  }

 private:
  FakeServer& server_;
};

class FakeServer::Admin : public v1::AdminService::Service {
 public:
  explicit Admin(FakeServer& server) : server_(server) {}

  grpc::Status ListLimits(grpc::ServerContext* context, const v1::ListLimitsRequest* request,
                          v1::ListLimitsResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_limits, *request, *response);
  }
  grpc::Status SetLimit(grpc::ServerContext* context, const v1::SetLimitRequest* request,
                        v1::SetLimitResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.set_limit, *request, *response);
  }
  grpc::Status ListAuditEvents(grpc::ServerContext* context, const v1::ListAuditEventsRequest* request,
                               v1::ListAuditEventsResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_audit_events, *request, *response);
  }
  grpc::Status ListRunners(grpc::ServerContext* context, const v1::ListRunnersRequest* request,
                           v1::ListRunnersResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.list_runners, *request, *response);
  }
  grpc::Status GetRunner(grpc::ServerContext* context, const v1::GetRunnerRequest* request,
                         v1::GetRunnerResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.get_runner, *request, *response);
  }
  grpc::Status GetSystemStatus(grpc::ServerContext* context, const v1::GetSystemStatusRequest* request,
                               v1::GetSystemStatusResponse* response) override {
    server_.Note(*context);
    return Answer(server_.answers_.get_system_status, *request, *response);
  }

 private:
  FakeServer& server_;
};

FakeServer::FakeServer(FakeAnswers answers)
    : answers_(std::move(answers)),
      fleets_(std::make_unique<Fleets>(*this)),
      catalog_(std::make_unique<Catalog>(*this)),
      admin_(std::make_unique<Admin>(*this)) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(fleets_.get());
  builder.RegisterService(catalog_.get());
  builder.RegisterService(admin_.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) std::abort();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeServer::~FakeServer() { server_->Shutdown(std::chrono::system_clock::now()); }

std::vector<std::string> FakeServer::users() {
  MutexLock lock(mutex_);
  return users_;
}

void FakeServer::Note(const grpc::ServerContext& context) {
  const auto user = context.client_metadata().find("x-fleet-user");
  MutexLock lock(mutex_);
  users_.emplace_back(user == context.client_metadata().end() ? ""
                                                              : std::string(user->second.data(), user->second.size()));
}

ClosedPort::ClosedPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  // Bound but not listening: connections are refused.
  if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

ClosedPort::~ClosedPort() { close(socket_); }

}  // namespace fleet::cli
