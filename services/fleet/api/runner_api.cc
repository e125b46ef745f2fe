#include "services/fleet/api/runner_api.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "common/logging/structured_log.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/runner_requests.h"

namespace fleet::service {
namespace {

// Of every child several times: for debugging only.
void LogReport(const std::string& runner_id, const v1::TaskReport& report, v1::ReportStatus status) {
  if (!LogEnabled(LogLevel::kDebug)) return;
  LogDebug("task_reported", {{"runner", runner_id},
                             {"task", report.task_id()},
                             {"attempt", report.attempt()},
                             {"state", v1::TaskState_Name(report.state())},
                             {"status", v1::ReportStatus_Name(status)}});
}

}  // namespace

absl::Status RunnerApi::RegisterRunner(const domain::Caller& caller, const v1::RegisterRunnerRequest& request,
                                       v1::RegisterRunnerResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateRegisterRunner(request));
  const store::RunnerRegistration runner = ToRegistration(caller, request);
  FLEET_ASSIGN_OR_RETURN(const absl::Duration lease, runners_.Register(runner));
  owners_.Keep(runner.runner_id, runner.owner);
  *response.mutable_lease_duration() = rpc::ToProtoDuration(lease);
  *response.mutable_heartbeat_interval() = rpc::ToProtoDuration(std::min(heartbeat_interval_, lease / 2));
  return absl::OkStatus();
}

void RunnerApi::LeaseTasks(const domain::Caller& caller, const v1::LeaseTasksRequest& request,
                           v1::LeaseTasksResponse& response, const rpc::PendingCall& call) {
  const absl::Status valid = ValidateLeaseTasks(request);
  if (!valid.ok()) return call.done(valid);
  const store::LeaseDemand demand = ToDemand(request);
  owners_.Check(caller, demand.runner_id, [&request, &response, demand, call, this](const absl::Status& verdict) {
    if (!verdict.ok()) return call.done(verdict);
    leasing_.Lease(demand, rpc::FromProtoDuration(request.wait_timeout()), response, call);
  });
}

void RunnerApi::ReportTasks(const domain::Caller& caller, const v1::ReportTasksRequest& request,
                            v1::ReportTasksResponse& response, const rpc::PendingCall& call) {
  const absl::Status valid = ValidateReportTasks(request);
  if (!valid.ok()) return call.done(valid);
  const domain::Ulid runner_id = *domain::Ulid::Parse(request.runner_id());
  owners_.Check(caller, runner_id, [&request, &response, done = call.done, this](const absl::Status& verdict) {
    if (!verdict.ok()) return done(verdict);
    Record(request, response, done);
  });
}

void RunnerApi::Record(const v1::ReportTasksRequest& request, v1::ReportTasksResponse& response,
                       const rpc::Done& done) {
  const domain::Ulid runner_id = *domain::Ulid::Parse(request.runner_id());
  // A report that cannot be taken is answered by itself; the others go on.
  std::vector<domain::TaskReport> reports;
  std::vector<int> positions;
  for (int i = 0; i < request.reports_size(); ++i) {
    v1::TaskReportAnswer& answer = *response.add_answers();
    answer.set_message(ReportProblem(request.reports(i)));
    if (!answer.message().empty()) {
      answer.set_status(v1::REPORT_STATUS_INVALID);
      continue;
    }
    reports.push_back(ToDomain(request.reports(i), runner_id));
    positions.push_back(i);
  }
  if (reports.empty()) return done(absl::OkStatus());
  using Outcome = dispatch::ReportBatcher::Outcome;
  reports_.Submit(std::move(reports), [&request, &response, done, positions = std::move(positions)](
                                          absl::StatusOr<std::vector<Outcome>> outcomes) {
    if (!outcomes.ok()) return done(outcomes.status());
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const Outcome& outcome = (*outcomes)[i];
      v1::TaskReportAnswer& answer = *response.mutable_answers(positions[i]);
      answer.set_message(outcome.refused);
      answer.set_status(outcome.refused.empty() ? ToProto(outcome.answer.verdict) : v1::REPORT_STATUS_INVALID);
      LogReport(request.runner_id(), request.reports(positions[i]), answer.status());
    }
    done(absl::OkStatus());
  });
}

absl::Status RunnerApi::Heartbeat(const domain::Caller& caller, const v1::HeartbeatRequest& request,
                                  v1::HeartbeatResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateHeartbeat(request));
  const store::RunnerHeartbeat heartbeat = ToHeartbeat(request);
  FLEET_RETURN_IF_ERROR(owners_.Check(caller, heartbeat.runner_id));
  FLEET_ASSIGN_OR_RETURN(const std::vector<store::StopOrder> orders, runners_.Heartbeat(heartbeat));
  for (const store::StopOrder& order : orders) ToProto(order, *response.add_stops());
  TellFollowed(heartbeat, response);
  return absl::OkStatus();
}

void RunnerApi::TellFollowed(const store::RunnerHeartbeat& heartbeat, v1::HeartbeatResponse& response) const {
  std::map<domain::TaskId, int32_t> attempts;
  std::vector<domain::TaskId> held;
  for (const store::GrantedTask& lease : heartbeat.held) {
    attempts[lease.id] = lease.attempt;
    held.push_back(lease.id);
  }
  for (const domain::TaskId& task : logs_.FollowedOf(held)) {
    v1::HeldLease& followed = *response.add_followed_logs();
    followed.set_task_id(task.ToString());
    followed.set_attempt(attempts[task]);
  }
}

}  // namespace fleet::service
