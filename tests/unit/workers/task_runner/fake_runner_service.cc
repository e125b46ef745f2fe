#include "tests/unit/workers/task_runner/fake_runner_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/domain/log_window.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace fleet::runner {
namespace {

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::ToInt64Seconds(duration));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration % absl::Seconds(1))));
  return proto;
}

absl::Status UnknownRunner(const std::string& reason) {
  ErrorInfo info;
  info.reason = reason;
  return MakeError(absl::StatusCode::kFailedPrecondition, "register anew", info);
}

bool IsTerminal(v1::TaskState state) {
  return state == v1::TASK_STATE_COMPLETED || state == v1::TASK_STATE_FAILED || state == v1::TASK_STATE_CANCELLED ||
         state == v1::TASK_STATE_TIMED_OUT;
}

grpc::Status Unavailable() { return {grpc::StatusCode::UNAVAILABLE, "the fake is away"}; }

}  // namespace

FakeRunnerService::FakeRunnerService(absl::Duration lease_duration, absl::Duration heartbeat_interval)
    : lease_duration_(lease_duration), heartbeat_interval_(heartbeat_interval) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

FakeRunnerService::~FakeRunnerService() { server_->Shutdown(std::chrono::system_clock::now()); }

std::string FakeRunnerService::address() const { return absl::StrCat("127.0.0.1:", port_); }

void FakeRunnerService::Add(const v1::Lease& lease, const v1::LeasedFleet& fleet) {
  MutexLock lock(mutex_);
  Task task;
  task.lease = lease;
  task.lease.set_attempt(0);
  task.fleet = fleet;
  tasks_[lease.task_id()] = task;
}

FakeRunnerService::Task FakeRunnerService::Get(const std::string& task_id) const {
  MutexLock lock(mutex_);
  return tasks_.at(task_id);
}

std::vector<v1::TaskState> FakeRunnerService::ReportedStates(const std::string& task_id) const {
  std::vector<v1::TaskState> states;
  for (const v1::TaskReport& report : Get(task_id).reports) states.push_back(report.state());
  return states;
}

std::vector<std::string> FakeRunnerService::runner_ids() const {
  MutexLock lock(mutex_);
  return runner_ids_;
}

int64_t FakeRunnerService::heartbeats() const {
  MutexLock lock(mutex_);
  return heartbeats_;
}

int FakeRunnerService::reports_seen() const {
  MutexLock lock(mutex_);
  return reports_seen_;
}

std::vector<std::string> FakeRunnerService::violations() const {
  MutexLock lock(mutex_);
  return violations_;
}

void FakeRunnerService::SetUnavailable(bool unavailable) {
  MutexLock lock(mutex_);
  unavailable_ = unavailable;
}

void FakeRunnerService::SetReportsUnavailable(bool unavailable) {
  MutexLock lock(mutex_);
  reports_unavailable_ = unavailable;
}

void FakeRunnerService::SetHeartbeatsUnavailable(bool unavailable) {
  MutexLock lock(mutex_);
  heartbeats_unavailable_ = unavailable;
}

void FakeRunnerService::FollowLogs(bool follow) {
  MutexLock lock(mutex_);
  follow_logs_ = follow;
}

std::string FakeRunnerService::SentLog(const std::string& task_id) const {
  MutexLock lock(mutex_);
  const auto log = logs_.find(task_id);
  return log == logs_.end() ? "" : log->second.text;
}

int FakeRunnerService::logs_seen() const {
  MutexLock lock(mutex_);
  return logs_seen_;
}

void FakeRunnerService::SetLogsUnavailable(bool unavailable) {
  MutexLock lock(mutex_);
  logs_unavailable_ = unavailable;
}

void FakeRunnerService::LoseNextLeaseAnswer() {
  MutexLock lock(mutex_);
  lose_lease_answer_ = true;
}

void FakeRunnerService::LoseNextFinalAnswer() {
  MutexLock lock(mutex_);
  lose_final_answer_ = true;
}

void FakeRunnerService::RefuseNextFinalReport() {
  MutexLock lock(mutex_);
  refuse_final_ = true;
}

void FakeRunnerService::Cancel(const std::string& task_id, v1::StopReason directive) {
  MutexLock lock(mutex_);
  tasks_.at(task_id).cancelled = true;
  if (directive != v1::STOP_REASON_UNSPECIFIED) directives_[task_id] = directive;
}

void FakeRunnerService::TakeLease(const std::string& task_id) {
  MutexLock lock(mutex_);
  Task& task = tasks_.at(task_id);
  task.lease.set_attempt(task.lease.attempt() + 1);
  task.runner_id = "somebody else";
}

void FakeRunnerService::HoldRegistrations(bool hold) {
  MutexLock lock(mutex_);
  hold_registrations_ = hold;
  held_registrations_.SignalAll();
}

void FakeRunnerService::LoseRunners() {
  MutexLock lock(mutex_);
  for (auto& [id, runner] : runners_) runner.lost = true;
  for (auto& [id, task] : tasks_) task.runner_id.clear();
}

absl::Status FakeRunnerService::Check(grpc::ServerContext& context, const std::string& runner_id) {
  const auto& metadata = context.client_metadata();
  const auto user = metadata.find(rpc::kUserMetadataKey);
  if (user == metadata.end() || user->second != "tester") Violation("a call without the user's name");
  const auto runner = runners_.find(runner_id);
  if (runner == runners_.end()) return UnknownRunner("RUNNER_NOT_REGISTERED");
  return runner->second.lost ? UnknownRunner("RUNNER_LOST") : absl::OkStatus();
}

grpc::Status FakeRunnerService::RegisterRunner(grpc::ServerContext* /*context*/,
                                               const v1::RegisterRunnerRequest* request,
                                               v1::RegisterRunnerResponse* response) {
  MutexLock lock(mutex_);
  if (unavailable_) return Unavailable();
  if (request->pool() == "refused") return rpc::ToGrpcStatus(InvalidField("pool", "is refused"));
  const auto [runner, is_new] = runners_.emplace(request->runner_id(), Runner());
  if (runner->second.lost) return rpc::ToGrpcStatus(UnknownRunner("RUNNER_LOST"));
  if (is_new) runner_ids_.push_back(request->runner_id());
  *response->mutable_lease_duration() = ToProto(lease_duration_);
  *response->mutable_heartbeat_interval() = ToProto(heartbeat_interval_);
  while (hold_registrations_) held_registrations_.Wait(mutex_);
  return grpc::Status::OK;
}

bool FakeRunnerService::HasQueuedTask() const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [](const auto& entry) { return !entry.second.ended && entry.second.runner_id.empty(); });
}

void FakeRunnerService::Grant(const v1::LeaseTasksRequest& request, v1::LeaseTasksResponse& response) {
  std::set<std::string> fleets;
  for (auto& [id, task] : tasks_) {
    if (task.ended || !task.runner_id.empty() || response.leases_size() >= request.max_tasks()) continue;
    task.lease.set_attempt(task.lease.attempt() + 1);
    task.runner_id = request.runner_id();
    task.lease_seq = request.lease_seq();
    *response.add_leases() = task.lease;
    if (fleets.insert(task.fleet.fleet_id()).second) *response.add_fleets() = task.fleet;
  }
}

grpc::Status FakeRunnerService::LeaseTasks(grpc::ServerContext* context, const v1::LeaseTasksRequest* request,
                                           v1::LeaseTasksResponse* response) {
  const absl::Duration end = Clock::System().Elapsed() + absl::Seconds(request->wait_timeout().seconds());
  MutexLock lock(mutex_);
  if (request->max_tasks() < 1) Violation("max_tasks below 1");
  for (bool parked = false;; parked = true) {
    if (unavailable_) return Unavailable();
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
    // Like the real one: nobody looks at a parked call while there is nothing to hand out.
    if (parked && !HasQueuedTask()) {
      if (Clock::System().Elapsed() >= end) return grpc::Status::OK;
      CondVar never;
      never.WaitFor(mutex_, absl::Milliseconds(5));
      continue;
    }
    const absl::Status known = Check(*context, request->runner_id());
    if (!known.ok()) return rpc::ToGrpcStatus(known);
    auto& grants = runners_[request->runner_id()].grants;
    const auto stored = grants.find(request->lease_seq());
    if (stored != grants.end()) {
      *response = stored->second;
      return grpc::Status::OK;
    }
    const int64_t expected = grants.empty() ? 1 : grants.rbegin()->first + 1;
    if (request->lease_seq() != expected)
      Violation(absl::StrCat("lease_seq ", request->lease_seq(), ", not ", expected));
    Grant(*request, *response);
    if (response->leases_size() > 0) {
      grants[request->lease_seq()] = *response;
      return std::exchange(lose_lease_answer_, false) ? Unavailable() : grpc::Status::OK;
    }
    if (Clock::System().Elapsed() >= end) return grpc::Status::OK;
    CondVar never;
    never.WaitFor(mutex_, absl::Milliseconds(5));
  }
}

v1::TaskReportAnswer FakeRunnerService::Judge(const std::string& runner_id, const v1::TaskReport& report) {
  v1::TaskReportAnswer answer;
  const auto found = tasks_.find(report.task_id());
  if (found == tasks_.end()) Violation("a report on an unknown task");
  Task& task = found->second;
  const bool repeats = task.ended && !task.reports.empty() && task.reports.back().attempt() == report.attempt() &&
                       task.reports.back().state() == report.state();
  if (repeats) {
    answer.set_status(v1::REPORT_STATUS_OK);
    return answer;
  }
  if (task.ended || task.runner_id != runner_id || task.lease.attempt() != report.attempt()) {
    answer.set_status(v1::REPORT_STATUS_LEASE_LOST);
    return answer;
  }
  if (task.cancelled && report.state() != v1::TASK_STATE_CANCELLED && report.state() != v1::TASK_STATE_TIMED_OUT) {
    answer.set_status(v1::REPORT_STATUS_STOP);
    return answer;
  }
  if (IsTerminal(report.state()) && std::exchange(refuse_final_, false)) {
    answer.set_status(v1::REPORT_STATUS_INVALID);
    answer.set_message("no such colour");
    return answer;
  }
  task.reports.push_back(report);
  if (IsTerminal(report.state())) {
    task.ended = true;
    task.runner_id.clear();
  }
  answer.set_status(v1::REPORT_STATUS_OK);
  return answer;
}

grpc::Status FakeRunnerService::ReportTasks(grpc::ServerContext* context, const v1::ReportTasksRequest* request,
                                            v1::ReportTasksResponse* response) {
  MutexLock lock(mutex_);
  ++reports_seen_;
  if (unavailable_ || reports_unavailable_) return Unavailable();
  const absl::Status known = Check(*context, request->runner_id());
  if (!known.ok()) return rpc::ToGrpcStatus(known);
  bool final_report = false;
  for (const v1::TaskReport& report : request->reports()) {
    final_report = final_report || IsTerminal(report.state());
    *response->add_answers() = Judge(request->runner_id(), report);
  }
  return final_report && std::exchange(lose_final_answer_, false) ? Unavailable() : grpc::Status::OK;
}

grpc::Status FakeRunnerService::Heartbeat(grpc::ServerContext* context, const v1::HeartbeatRequest* request,
                                          v1::HeartbeatResponse* response) {
  MutexLock lock(mutex_);
  if (unavailable_ || heartbeats_unavailable_) return Unavailable();
  const absl::Status known = Check(*context, request->runner_id());
  if (!known.ok()) return rpc::ToGrpcStatus(known);
  ++heartbeats_;
  Runner& runner = runners_[request->runner_id()];
  if (request->heartbeat_seq() <= runner.heartbeat_seq) Violation("heartbeat_seq does not rise");
  runner.heartbeat_seq = request->heartbeat_seq();
  std::set<std::pair<std::string, int32_t>> held;
  for (const v1::HeldLease& lease : request->held()) {
    held.emplace(lease.task_id(), lease.attempt());
    const auto found = tasks_.find(lease.task_id());
    const bool live = found != tasks_.end() && found->second.runner_id == request->runner_id() &&
                      found->second.lease.attempt() == lease.attempt();
    if (live && follow_logs_) *response->add_followed_logs() = lease;
    const auto directive = directives_.find(lease.task_id());
    if (live && directive == directives_.end()) continue;
    if (found != tasks_.end() && found->second.ended) continue;  // its final answer is on the way
    v1::StopDirective& stop = *response->add_stops();
    *stop.mutable_lease() = lease;
    stop.set_reason(live ? directive->second : v1::STOP_REASON_LEASE_LOST);
  }
  for (auto& [id, task] : tasks_) {
    const bool acknowledged = task.lease_seq <= request->received_lease_seq();
    if (task.runner_id == request->runner_id() && acknowledged && held.count({id, task.lease.attempt()}) == 0) {
      task.runner_id.clear();
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeRunnerService::SendTaskLog(grpc::ServerContext* /*context*/, const v1::SendTaskLogRequest* request,
                                            v1::SendTaskLogResponse* response) {
  MutexLock lock(mutex_);
  ++logs_seen_;
  if (unavailable_ || logs_unavailable_) return Unavailable();
  if (request->runner_id().empty() || request->chunks_size() < 1 || request->chunks_size() > domain::kMaxLogChunks) {
    Violation("a SendTaskLog that is refused");
  }
  for (const v1::TaskLogChunk& chunk : request->chunks()) {
    Log& log = logs_[chunk.task_id()];
    if (chunk.text().size() > domain::kMaxLogChunk) Violation("a chunk that is too long");
    if (chunk.offset() < log.end) Violation("a chunk out of order");
    if (chunk.offset() > log.end) absl::StrAppend(&log.text, "[", chunk.offset() - log.end, "]");
    log.text += chunk.text();
    log.end = chunk.offset() + static_cast<int64_t>(chunk.text().size());
    const auto task = tasks_.find(chunk.task_id());
    response->add_followed(follow_logs_ && task != tasks_.end() && !task->second.ended);
  }
  return grpc::Status::OK;
}

}  // namespace fleet::runner
