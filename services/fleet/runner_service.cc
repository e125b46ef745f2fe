#include "services/fleet/runner_service.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "common/domain/task_transitions.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/row_codec.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/request_validation.h"

namespace fleet::service {
namespace {

using Kind = store::LeaseAnswer::Kind;

constexpr int32_t kMostLeases = 500;

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

// An answer must still reach the caller before its deadline.
absl::Duration WaitFor(const v1::LeaseTasksRequest& request, const grpc::CallbackServerContext& context) {
  const absl::Duration wanted = rpc::FromProtoDuration(request.wait_timeout());
  const absl::Duration left = absl::FromChrono(context.deadline() - std::chrono::system_clock::now());
  return std::max(absl::ZeroDuration(), std::min(wanted, left - absl::Milliseconds(500)));
}

v1::ReportStatus ToProto(domain::ReportVerdict verdict) {
  switch (verdict) {
    case domain::ReportVerdict::kApply:
    case domain::ReportVerdict::kRepeat:
      return v1::REPORT_STATUS_OK;
    case domain::ReportVerdict::kStop:
      return v1::REPORT_STATUS_STOP;
    case domain::ReportVerdict::kLeaseLost:
      return v1::REPORT_STATUS_LEASE_LOST;
  }
  return v1::REPORT_STATUS_LEASE_LOST;
}

store::GrantedTask ToGranted(const v1::HeldLease& lease) {
  return {*domain::TaskId::Parse(lease.task_id()), lease.attempt()};
}

}  // namespace

grpc::ServerUnaryReactor* RunnerService::RegisterRunner(grpc::CallbackServerContext* context,
                                                        const v1::RegisterRunnerRequest* request,
                                                        v1::RegisterRunnerResponse* response) {
  return rpc_.Run("RegisterRunner", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateRegisterRunner(*request));
    FLEET_RETURN_IF_ERROR(runners_.Register({*domain::Ulid::Parse(request->runner_id()), request->name(), caller.user,
                                             request->pool().empty() ? "default" : request->pool(), request->slots()}));
    *response->mutable_lease_duration() = rpc::ToProtoDuration(timing_.lease_duration);
    *response->mutable_heartbeat_interval() = rpc::ToProtoDuration(timing_.heartbeat_interval);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* RunnerService::LeaseTasks(grpc::CallbackServerContext* context,
                                                    const v1::LeaseTasksRequest* request,
                                                    v1::LeaseTasksResponse* response) {
  return rpc_.RunAsync(
      "LeaseTasks", context,
      [=, this](const rpc::Caller&, const rpc::RpcHandler::Abandoned& abandoned, const rpc::RpcHandler::Done& done) {
        const absl::Status valid = ValidateLeaseTasks(*request);
        if (!valid.ok()) return done(valid);
        const store::LeaseDemand demand{*domain::Ulid::Parse(request->runner_id()), request->lease_seq(),
                                        std::min(request->max_tasks(), kMostLeases)};
        leasing_.dispatcher.Park(
            demand, WaitFor(*request, *context),
            [=, this](absl::StatusOr<store::LeaseAnswer> answer) {
              if (!answer.ok()) return done(answer.status());
              if (answer->kind == Kind::kNothing) return done(absl::OkStatus());
              if (answer->kind != Kind::kGranted) return done(Refusal(answer->kind));
              // The grant is stored: if this answer is lost, asking again with the same lease_seq
              // gives it again.
              const bool taken = leasing_.pool.Submit(
                  [=, this, granted = *std::move(answer)] { done(FillLeases(granted, response)); });
              if (!taken) done(absl::UnavailableError("too many calls wait; ask again with the same lease_seq"));
            },
            abandoned);
      });
}

absl::Status RunnerService::FillLeases(const store::LeaseAnswer& answer, v1::LeaseTasksResponse* response) {
  std::vector<domain::TaskId> ids;
  ids.reserve(answer.tasks.size());
  for (const store::GrantedTask& task : answer.tasks) ids.push_back(task.id);
  FLEET_ASSIGN_OR_RETURN(const LeasedFleetCache::Leased leased, leasing_.fleets.Read(ids));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const store::TaskDetails& details = leased.tasks[i];
    v1::Lease& lease = *response->add_leases();
    lease.set_task_id(ids[i].ToString());
    lease.set_attempt(answer.tasks[i].attempt);
    lease.set_repo(details.repo);
    lease.set_clone_url(details.clone_url);
    lease.set_default_branch(details.default_branch);
    lease.set_branch(domain::BranchName(ids[i].fleet_id, details.repo));
    lease.set_pushed_commit(details.commit);
    const domain::Parameters parameters = store::DecodeParameters(details.parameters);
    lease.mutable_parameters()->insert(parameters.begin(), parameters.end());
    lease.set_generation(details.generation);
  }
  for (const auto& fleet : leased.fleets) *response->add_fleets() = *fleet;
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RunnerService::ReportTasks(grpc::CallbackServerContext* context,
                                                     const v1::ReportTasksRequest* request,
                                                     v1::ReportTasksResponse* response) {
  return rpc_.RunAsync(
      "ReportTasks", context,
      [=, this](const rpc::Caller&, const rpc::RpcHandler::Abandoned&, const rpc::RpcHandler::Done& done) {
        const absl::Status valid = ValidateReportTasks(*request);
        if (!valid.ok()) return done(valid);
        const domain::Ulid runner_id = *domain::Ulid::Parse(request->runner_id());
        // A report that cannot be taken is answered by itself; the others go on.
        std::vector<domain::TaskReport> reports;
        std::vector<int> positions;
        for (int i = 0; i < request->reports_size(); ++i) {
          v1::TaskReportAnswer& answer = *response->add_answers();
          answer.set_message(ReportProblem(request->reports(i)));
          if (!answer.message().empty()) {
            answer.set_status(v1::REPORT_STATUS_INVALID);
            continue;
          }
          reports.push_back(ToDomain(request->reports(i), runner_id));
          positions.push_back(i);
        }
        if (reports.empty()) return done(absl::OkStatus());
        reports_.Submit(std::move(reports),
                        [=, positions = std::move(positions)](
                            absl::StatusOr<std::vector<dispatch::ReportBatcher::Outcome>> outcomes) {
                          if (!outcomes.ok()) return done(outcomes.status());
                          for (std::size_t i = 0; i < positions.size(); ++i) {
                            const dispatch::ReportBatcher::Outcome& outcome = (*outcomes)[i];
                            v1::TaskReportAnswer& answer = *response->mutable_answers(positions[i]);
                            answer.set_message(outcome.refused);
                            answer.set_status(outcome.refused.empty() ? ToProto(outcome.answer.verdict)
                                                                      : v1::REPORT_STATUS_INVALID);
                          }
                          done(absl::OkStatus());
                        });
      });
}

grpc::ServerUnaryReactor* RunnerService::Heartbeat(grpc::CallbackServerContext* context,
                                                   const v1::HeartbeatRequest* request,
                                                   v1::HeartbeatResponse* response) {
  return rpc_.Run("Heartbeat", context, [=, this](const rpc::Caller&) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateHeartbeat(*request));
    store::RunnerHeartbeat heartbeat{
        *domain::Ulid::Parse(request->runner_id()), request->heartbeat_seq(), {}, request->received_lease_seq()};
    for (const v1::HeldLease& lease : request->held()) heartbeat.held.push_back(ToGranted(lease));
    FLEET_ASSIGN_OR_RETURN(const std::vector<store::StopOrder> orders, runners_.Heartbeat(heartbeat));
    for (const store::StopOrder& order : orders) {
      v1::StopDirective& stop = *response->add_stops();
      stop.mutable_lease()->set_task_id(order.lease.id.ToString());
      stop.mutable_lease()->set_attempt(order.lease.attempt);
      stop.set_reason(static_cast<v1::StopReason>(order.reason));
    }
    return absl::OkStatus();
  });
}

}  // namespace fleet::service
