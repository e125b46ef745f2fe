#include "tests/bench/simulated_runner.h"

#include <random>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"

namespace fleet::bench {
namespace {

constexpr absl::Duration kHeartbeatInterval = absl::Seconds(5);
constexpr absl::Duration kCallTimeout = absl::Seconds(60);
// Short, so that Stop need not wait long.
constexpr absl::Duration kLeaseWait = absl::Seconds(1);

bool IsTerminal(v1::TaskState state) { return state >= v1::TASK_STATE_COMPLETED; }

}  // namespace

SimulatedRunner::SimulatedRunner(BenchSession& session, Options options)
    : session_(session),
      options_(std::move(options)),
      id_(domain::Ulid::Generate(absl::Now()).ToString()),
      stub_(v1::RunnerService::NewStub(session.NewChannel())),
      registered_(Register()),
      heartbeats_(kHeartbeatInterval, [this] { return SendHeartbeat(); }) {}

SimulatedRunner::~SimulatedRunner() { (void)Stop(); }

absl::Status SimulatedRunner::Register() {
  v1::RegisterRunnerRequest request;
  request.set_runner_id(id_);
  request.set_name("bench");
  request.set_slots(options_.lease_size);
  grpc::ClientContext context;
  session_.Prepare(context, kCallTimeout);
  v1::RegisterRunnerResponse response;
  return rpc::FromGrpcStatus(stub_->RegisterRunner(&context, request, &response));
}

absl::StatusOr<v1::LeaseTasksResponse> SimulatedRunner::Lease(absl::Duration wait) {
  v1::LeaseTasksRequest request;
  request.set_runner_id(id_);
  request.set_max_tasks(options_.lease_size);
  request.mutable_wait_timeout()->set_seconds(absl::ToInt64Seconds(wait));
  {
    MutexLock lock(mutex_);
    request.set_lease_seq(lease_seq_ + 1);
  }
  grpc::ClientContext context;
  session_.Prepare(context, wait + kCallTimeout);
  v1::LeaseTasksResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->LeaseTasks(&context, request, &response)));
  if (response.leases().empty()) return response;
  if (options_.leased) options_.leased(response);
  MutexLock lock(mutex_);
  lease_seq_ = request.lease_seq();
  for (const v1::Lease& lease : response.leases()) held_[lease.task_id()] = lease.attempt();
  return response;
}

absl::Status SimulatedRunner::Report(const google::protobuf::RepeatedPtrField<v1::Lease>& leases, v1::TaskState state) {
  v1::ReportTasksRequest request;
  request.set_runner_id(id_);
  for (const v1::Lease& lease : leases) {
    v1::TaskReport& report = *request.add_reports();
    report.set_task_id(lease.task_id());
    report.set_attempt(lease.attempt());
    report.set_state(state);
    if (!IsTerminal(state)) continue;
    report.mutable_result()->set_outcome(v1::TASK_OUTCOME_PULL_REQUEST_OPENED);
    report.mutable_result()->set_pull_request_url(absl::StrCat("https://git.example.com/", lease.repo(), "/pull/1"));
    report.mutable_result()->set_cost_usd(0.25);
  }
  grpc::ClientContext context;
  session_.Prepare(context, kCallTimeout);
  v1::ReportTasksResponse response;
  FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->ReportTasks(&context, request, &response)));
  for (const v1::TaskReportAnswer& answer : response.answers()) {
    if (answer.status() != v1::REPORT_STATUS_OK) {
      return absl::AbortedError(absl::StrCat("a report was answered ", v1::ReportStatus_Name(answer.status())));
    }
  }
  if (!IsTerminal(state)) return absl::OkStatus();
  MutexLock lock(mutex_);
  for (const v1::Lease& lease : leases) held_.erase(lease.task_id());
  return absl::OkStatus();
}

absl::Status SimulatedRunner::Work() {
  std::minstd_rand random(static_cast<std::uint_fast32_t>(absl::HashOf(id_)));
  std::uniform_real_distribution<double> share(0.5, 1.5);
  while (!stopping_) {
    FLEET_ASSIGN_OR_RETURN(const v1::LeaseTasksResponse response, Lease(kLeaseWait));
    if (response.leases().empty()) continue;
    if (options_.work > absl::ZeroDuration()) absl::SleepFor(options_.work * share(random));
    if (options_.with_progress) {
      FLEET_RETURN_IF_ERROR(Report(response.leases(), v1::TASK_STATE_HYDRATING));
      FLEET_RETURN_IF_ERROR(Report(response.leases(), v1::TASK_STATE_RUNNING));
      FLEET_RETURN_IF_ERROR(Report(response.leases(), v1::TASK_STATE_FINALIZING));
    }
    FLEET_RETURN_IF_ERROR(Report(response.leases(), v1::TASK_STATE_COMPLETED));
  }
  return absl::OkStatus();
}

void SimulatedRunner::Start() {
  thread_ = std::thread([this] { worked_ = Work(); });
}

absl::Status SimulatedRunner::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  heartbeats_.Stop();
  return worked_;
}

PeriodicLoop::Next SimulatedRunner::SendHeartbeat() {
  v1::HeartbeatRequest request;
  request.set_runner_id(id_);
  {
    MutexLock lock(mutex_);
    request.set_heartbeat_seq(++heartbeat_seq_);
    request.set_received_lease_seq(lease_seq_);
    for (const auto& [task_id, attempt] : held_) {
      v1::HeldLease& lease = *request.add_held();
      lease.set_task_id(task_id);
      lease.set_attempt(attempt);
    }
  }
  grpc::ClientContext context;
  session_.Prepare(context, kCallTimeout);
  v1::HeartbeatResponse response;
  // One that fails shows as a lost lease.
  (void)stub_->Heartbeat(&context, request, &response);
  return PeriodicLoop::Next::kWait;
}

}  // namespace fleet::bench
