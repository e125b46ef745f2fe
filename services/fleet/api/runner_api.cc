#include "services/fleet/api/runner_api.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/runner_requests.h"

namespace fleet::service {
namespace {

using Kind = store::LeaseAnswer::Kind;

// What an answer needs to reach the caller before its deadline.
constexpr absl::Duration kWayBack = absl::Milliseconds(500);

absl::Status Refusal(Kind kind) {
  if (kind == Kind::kRunnerLost) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "this runner was marked lost: stop all work and register under a new runner_id",
                     {"RUNNER_LOST", {}, {}});
  }
  if (kind == Kind::kStale) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "lease_seq is one that this runner has received already: use the next number",
                     {"LEASE_SEQ_STALE", {}, {}});
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, "this runner is not registered: call RegisterRunner first",
                   {"RUNNER_NOT_REGISTERED", {}, {}});
}

absl::Duration WaitFor(const v1::LeaseTasksRequest& request, absl::Duration time_left) {
  const absl::Duration wanted = rpc::FromProtoDuration(request.wait_timeout());
  return std::max(absl::ZeroDuration(), std::min(wanted, time_left - kWayBack));
}

}  // namespace

absl::Status RunnerApi::RegisterRunner(const domain::Caller& caller, const v1::RegisterRunnerRequest& request,
                                       v1::RegisterRunnerResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateRegisterRunner(request));
  FLEET_RETURN_IF_ERROR(runners_.Register(ToRegistration(caller, request)));
  *response.mutable_lease_duration() = rpc::ToProtoDuration(timing_.lease_duration);
  *response.mutable_heartbeat_interval() = rpc::ToProtoDuration(timing_.heartbeat_interval);
  return absl::OkStatus();
}

void RunnerApi::LeaseTasks(const domain::Caller&, const v1::LeaseTasksRequest& request,
                           v1::LeaseTasksResponse& response, const rpc::PendingCall& call) {
  const absl::Status valid = ValidateLeaseTasks(request);
  if (!valid.ok()) return call.done(valid);
  const auto answer = [&response, done = call.done, this](absl::StatusOr<store::LeaseAnswer> granted) {
    if (!granted.ok()) return done(granted.status());
    if (granted->kind == Kind::kNothing) return done(absl::OkStatus());
    if (granted->kind != Kind::kGranted) return done(Refusal(granted->kind));
    leases_.Fill(*std::move(granted), response, done);
  };
  dispatcher_.Park(ToDemand(request), WaitFor(request, call.time_left), answer, call.abandoned);
}

void RunnerApi::ReportTasks(const domain::Caller&, const v1::ReportTasksRequest& request,
                            v1::ReportTasksResponse& response, const rpc::PendingCall& call) {
  const absl::Status valid = ValidateReportTasks(request);
  if (!valid.ok()) return call.done(valid);
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
  if (reports.empty()) return call.done(absl::OkStatus());
  using Outcome = dispatch::ReportBatcher::Outcome;
  reports_.Submit(std::move(reports), [&response, done = call.done, positions = std::move(positions)](
                                          absl::StatusOr<std::vector<Outcome>> outcomes) {
    if (!outcomes.ok()) return done(outcomes.status());
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const Outcome& outcome = (*outcomes)[i];
      v1::TaskReportAnswer& answer = *response.mutable_answers(positions[i]);
      answer.set_message(outcome.refused);
      answer.set_status(outcome.refused.empty() ? ToProto(outcome.answer.verdict) : v1::REPORT_STATUS_INVALID);
    }
    done(absl::OkStatus());
  });
}

absl::Status RunnerApi::Heartbeat(const domain::Caller&, const v1::HeartbeatRequest& request,
                                  v1::HeartbeatResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateHeartbeat(request));
  FLEET_ASSIGN_OR_RETURN(const std::vector<store::StopOrder> orders, runners_.Heartbeat(ToHeartbeat(request)));
  for (const store::StopOrder& order : orders) ToProto(order, *response.add_stops());
  return absl::OkStatus();
}

}  // namespace fleet::service
