#include "workers/task_runner/runner_client.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"

namespace fleet::runner {
namespace {

// What the answer of a long poll may take beyond the wait asked for.
constexpr absl::Duration kLeaseMargin = absl::Seconds(10);
constexpr absl::Duration kLogTimeout = absl::Seconds(1);

}  // namespace

bool MustRegisterAnew(const absl::Status& status) {
  if (!absl::IsFailedPrecondition(status)) return false;
  const std::string reason = GetErrorInfo(status).reason;
  return reason == "RUNNER_LOST" || reason == "RUNNER_NOT_REGISTERED";
}

// Runners begin with any of the servers, so that they are spread over all. Connections are kept: a runner asks all the
// time, and does not wait for one that gRPC still tries to restore.
RunnerClient::RunnerClient(const std::vector<std::string>& servers, std::string user, absl::Duration timeout,
                           metrics::RunnerMetrics* metrics)
    : servers_(servers, std::move(user), rpc::FailoverChannel::AfterLoss::kKeep, std::random_device{}()),
      timeout_(timeout),
      metrics_(metrics) {}

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
                                            absl::Duration timeout, const CallOptions& options) {
  Response response;
  const grpc::Status status =
      servers_.Ask(timeout, [&](const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context) {
        if (!options.traceparent.empty()) context.AddMetadata(rpc::kTraceparentKey, options.traceparent);
        if (options.is_lease && !Begin(&context)) {
          return grpc::Status(grpc::StatusCode::CANCELLED, "no more leases are wanted");
        }
        response.Clear();
        grpc::Status answer = (v1::RunnerService::NewStub(channel).get()->*method)(&context, request, &response);
        if (options.is_lease) End(&context);
        return answer;
      });
  if (!status.ok()) return rpc::FromGrpcStatus(status);
  return response;
}

absl::StatusOr<v1::RegisterRunnerResponse> RunnerClient::RegisterRunner(const v1::RegisterRunnerRequest& request) {
  return Call<v1::RegisterRunnerRequest, v1::RegisterRunnerResponse>(&v1::RunnerService::Stub::RegisterRunner, request,
                                                                     timeout_, {});
}

absl::StatusOr<v1::ReportTasksResponse> RunnerClient::ReportTasks(const v1::ReportTasksRequest& request,
                                                                  const std::string& traceparent) {
  return Call<v1::ReportTasksRequest, v1::ReportTasksResponse>(&v1::RunnerService::Stub::ReportTasks, request, timeout_,
                                                               {false, traceparent});
}

absl::StatusOr<v1::HeartbeatResponse> RunnerClient::Heartbeat(const v1::HeartbeatRequest& request) {
  auto response =
      Call<v1::HeartbeatRequest, v1::HeartbeatResponse>(&v1::RunnerService::Stub::Heartbeat, request, timeout_, {});
  if (metrics_ != nullptr) metrics_->CountHeartbeat(response.ok());
  return response;
}

absl::StatusOr<v1::SendTaskLogResponse> RunnerClient::SendTaskLog(const v1::SendTaskLogRequest& request) {
  return Call<v1::SendTaskLogRequest, v1::SendTaskLogResponse>(&v1::RunnerService::Stub::SendTaskLog, request,
                                                               std::min(timeout_, kLogTimeout), {});
}

absl::StatusOr<v1::LeaseTasksResponse> RunnerClient::LeaseTasks(const v1::LeaseTasksRequest& request) {
  const absl::Duration wait = absl::Seconds(request.wait_timeout().seconds());
  return Call<v1::LeaseTasksRequest, v1::LeaseTasksResponse>(&v1::RunnerService::Stub::LeaseTasks, request,
                                                             wait + kLeaseMargin, {true});
}

}  // namespace fleet::runner
