#include "workers/task_runner/runner_client.h"

#include <random>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"

namespace fleet::runner {
namespace {

// What the answer of a long poll may take beyond the wait asked for.
constexpr absl::Duration kLeaseMargin = absl::Seconds(10);

}  // namespace

bool MustRegisterAnew(const absl::Status& status) {
  if (!absl::IsFailedPrecondition(status)) return false;
  const std::string reason = GetErrorInfo(status).reason;
  return reason == "RUNNER_LOST" || reason == "RUNNER_NOT_REGISTERED";
}

RunnerClient::RunnerClient(const std::vector<std::string>& servers, std::string user, absl::Duration timeout)
    : user_(std::move(user)), timeout_(timeout), preferred_(std::random_device{}() % servers.size()) {
  for (const std::string& server : servers) stubs_.push_back(v1::RunnerService::NewStub(rpc::MakeChannel(server)));
}

bool RunnerClient::Begin(grpc::ClientContext* lease) {
  MutexLock lock(mutex_);
  if (leases_cancelled_) return false;
  leases_.insert(lease);
  return true;
}

void RunnerClient::End(grpc::ClientContext* lease) {
  MutexLock lock(mutex_);
  leases_.erase(lease);
}

void RunnerClient::InterruptLeases() {
  MutexLock lock(mutex_);
  for (grpc::ClientContext* lease : leases_) lease->TryCancel();
}

void RunnerClient::CancelLeases() {
  MutexLock lock(mutex_);
  leases_cancelled_ = true;
  for (grpc::ClientContext* lease : leases_) lease->TryCancel();
}

template <typename Request, typename Response>
absl::StatusOr<Response> RunnerClient::Call(Method<Request, Response> method, const Request& request,
                                            absl::Duration timeout, bool is_lease) {
  const std::size_t first = preferred_;
  absl::Status status;
  for (std::size_t i = 0; i < stubs_.size(); ++i) {
    const std::size_t server = (first + i) % stubs_.size();
    grpc::ClientContext context;
    rpc::PrepareContext(context, user_, timeout);
    if (is_lease && !Begin(&context)) return absl::CancelledError("no more leases are wanted");
    Response response;
    status = rpc::FromGrpcStatus((stubs_[server].get()->*method)(&context, request, &response));
    if (is_lease) End(&context);
    if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) {
      preferred_ = server;
      if (!status.ok()) return status;
      return response;
    }
  }
  return status;
}

absl::StatusOr<v1::RegisterRunnerResponse> RunnerClient::RegisterRunner(const v1::RegisterRunnerRequest& request) {
  return Call<v1::RegisterRunnerRequest, v1::RegisterRunnerResponse>(&v1::RunnerService::Stub::RegisterRunner, request,
                                                                     timeout_);
}

absl::StatusOr<v1::ReportTasksResponse> RunnerClient::ReportTasks(const v1::ReportTasksRequest& request) {
  return Call<v1::ReportTasksRequest, v1::ReportTasksResponse>(&v1::RunnerService::Stub::ReportTasks, request,
                                                               timeout_);
}

absl::StatusOr<v1::HeartbeatResponse> RunnerClient::Heartbeat(const v1::HeartbeatRequest& request) {
  return Call<v1::HeartbeatRequest, v1::HeartbeatResponse>(&v1::RunnerService::Stub::Heartbeat, request, timeout_);
}

absl::StatusOr<v1::LeaseTasksResponse> RunnerClient::LeaseTasks(const v1::LeaseTasksRequest& request) {
  const absl::Duration wait = absl::Seconds(request.wait_timeout().seconds());
  return Call<v1::LeaseTasksRequest, v1::LeaseTasksResponse>(&v1::RunnerService::Stub::LeaseTasks, request,
                                                             wait + kLeaseMargin, true);
}

}  // namespace fleet::runner
