#include "tests/support/runner_driver.h"

#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"

namespace fleet::testing {
namespace {

constexpr absl::Duration kRunnerCallTimeout = absl::Seconds(30);

}  // namespace

RunnerDriver::RunnerDriver(const std::string& address, std::string user)
    : RunnerDriver(rpc::MakeChannel(address), std::move(user)) {}

RunnerDriver::RunnerDriver(const std::shared_ptr<grpc::Channel>& channel, std::string user)
    : user_(std::move(user)),
      runner_id_(domain::Ulid::Generate(absl::Now()).ToString()),
      stub_(v1::RunnerService::NewStub(channel)) {}

void RunnerDriver::MoveTo(const std::string& address) { stub_ = v1::RunnerService::NewStub(rpc::MakeChannel(address)); }

absl::Status RunnerDriver::Register(int slots) {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kRunnerCallTimeout);
  v1::RegisterRunnerRequest request;
  request.set_runner_id(runner_id_);
  request.set_name("driver");
  request.set_slots(slots);
  v1::RegisterRunnerResponse response;
  return rpc::FromGrpcStatus(stub_->RegisterRunner(&context, request, &response));
}

absl::StatusOr<std::vector<v1::Lease>> RunnerDriver::Lease(int max_tasks, absl::Duration wait) {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, wait + kRunnerCallTimeout);
  v1::LeaseTasksRequest request;
  request.set_runner_id(runner_id_);
  request.set_lease_seq(lease_seq_);
  request.set_max_tasks(max_tasks);
  request.mutable_wait_timeout()->set_seconds(absl::ToInt64Seconds(wait));
  request.mutable_wait_timeout()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(wait % absl::Seconds(1))));
  v1::LeaseTasksResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->LeaseTasks(&context, request, &response)));
  std::vector<v1::Lease> leases(std::make_move_iterator(response.mutable_leases()->begin()),
                                std::make_move_iterator(response.mutable_leases()->end()));
  if (leases.empty()) return leases;
  MutexLock lock(mutex_);
  received_lease_seq_ = lease_seq_++;
  for (const v1::Lease& lease : leases) held_[lease.task_id()] = lease.attempt();
  return leases;
}

v1::TaskReport RunnerDriver::ReportOf(const v1::Lease& lease, v1::TaskState state) const {
  v1::TaskReport report;
  report.set_task_id(lease.task_id());
  report.set_attempt(lease.attempt());
  report.set_state(state);
  if (state == v1::TASK_STATE_COMPLETED) report.mutable_result()->set_outcome(v1::TASK_OUTCOME_NO_CHANGES);
  if (state == v1::TASK_STATE_FAILED) {
    report.mutable_result()->mutable_failure()->set_category(v1::FAILURE_CATEGORY_AGENT);
    report.mutable_result()->mutable_failure()->set_message("as the test wants it");
  }
  return report;
}

absl::StatusOr<std::vector<v1::ReportStatus>> RunnerDriver::Report(const std::vector<v1::Lease>& leases,
                                                                   v1::TaskState state, const ResultOf& result_of) {
  v1::ReportTasksRequest request;
  request.set_runner_id(runner_id_);
  for (const v1::Lease& lease : leases) {
    v1::TaskReport& report = *request.add_reports();
    report = ReportOf(lease, state);
    if (result_of && state >= v1::TASK_STATE_COMPLETED) *report.mutable_result() = result_of(lease);
  }
  FLEET_ASSIGN_OR_RETURN(const v1::ReportTasksResponse response, Report(request));
  std::vector<v1::ReportStatus> statuses;
  for (const v1::TaskReportAnswer& answer : response.answers()) statuses.push_back(answer.status());
  if (state < v1::TASK_STATE_COMPLETED) return statuses;
  for (const v1::Lease& lease : leases) Drop(lease);
  return statuses;
}

void RunnerDriver::Drop(const v1::Lease& lease) {
  MutexLock lock(mutex_);
  held_.erase(lease.task_id());
}

absl::StatusOr<v1::ReportTasksResponse> RunnerDriver::Report(const v1::ReportTasksRequest& request) {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kRunnerCallTimeout);
  v1::ReportTasksResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->ReportTasks(&context, request, &response)));
  return response;
}

absl::StatusOr<v1::HeartbeatResponse> RunnerDriver::Heartbeat() {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kRunnerCallTimeout);
  v1::HeartbeatRequest request;
  request.set_runner_id(runner_id_);
  request.set_heartbeat_seq(++heartbeat_seq_);
  {
    MutexLock lock(mutex_);
    request.set_received_lease_seq(received_lease_seq_);
    for (const auto& [task_id, attempt] : held_) {
      v1::HeldLease& lease = *request.add_held();
      lease.set_task_id(task_id);
      lease.set_attempt(attempt);
    }
  }
  v1::HeartbeatResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->Heartbeat(&context, request, &response)));
  return response;
}

absl::StatusOr<bool> RunnerDriver::SendLog(const v1::Lease& lease, int64_t offset, const std::string& text) {
  grpc::ClientContext context;
  rpc::PrepareContext(context, user_, kRunnerCallTimeout);
  v1::SendTaskLogRequest request;
  request.set_runner_id(runner_id_);
  v1::TaskLogChunk& chunk = *request.add_chunks();
  chunk.set_task_id(lease.task_id());
  chunk.set_attempt(lease.attempt());
  chunk.set_offset(offset);
  chunk.set_text(text);
  v1::SendTaskLogResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->SendTaskLog(&context, request, &response)));
  return response.followed(0);
}

}  // namespace fleet::testing
