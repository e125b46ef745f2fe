#include "services/fleet/requests/runner_requests.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"
#include "common/store/row_codec.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

using domain::Outcome;
using domain::TaskState;

constexpr int kMaxBatch = 500;
constexpr int32_t kMostLeases = 500;
constexpr double kMicrosOfDollar = 1e6;

void CheckLease(const std::string& field, const std::string& task_id, int32_t attempt, Violations& violations) {
  if (!domain::TaskId::Parse(task_id).has_value()) violations.Add(field + ".task_id", "is not a task id");
  if (attempt < 1) violations.Add(field + ".attempt", "must be at least 1");
}

void CheckRunnerId(const std::string& runner_id, Violations& violations) {
  if (!domain::Ulid::Parse(runner_id).has_value()) violations.Add("runner_id", "is not a ULID");
}

}  // namespace

absl::Status ValidateRegisterRunner(const v1::RegisterRunnerRequest& request) {
  Violations violations;
  CheckRunnerId(request.runner_id(), violations);
  if (request.name().empty()) violations.Add("name", "is empty");
  violations.CheckText("name", request.name(), domain::kMaxRunnerName, domain::TextKind::kName);
  CheckPool(request.pool(), violations);
  violations.CheckText("version", request.version(), domain::kMaxVersionText, domain::TextKind::kName);
  violations.CheckText("host", request.host(), domain::kMaxHostName, domain::TextKind::kName);
  if (request.slots() < 1 || request.slots() > domain::kMaxSlots) violations.Add("slots", "must be from 1 to 10,000");
  return violations.ToStatus();
}

absl::Status ValidateLeaseTasks(const v1::LeaseTasksRequest& request) {
  Violations violations;
  CheckRunnerId(request.runner_id(), violations);
  if (request.lease_seq() < 1) violations.Add("lease_seq", "must be at least 1");
  if (request.max_tasks() < 1) violations.Add("max_tasks", "must be at least 1");
  if (request.has_wait_timeout()) {
    CheckDuration("wait_timeout", request.wait_timeout(), absl::ZeroDuration(), absl::Seconds(60), violations);
  }
  return violations.ToStatus();
}

absl::Status ValidateReportTasks(const v1::ReportTasksRequest& request) {
  Violations violations;
  CheckRunnerId(request.runner_id(), violations);
  CheckCount("reports", request.reports_size(), kMaxBatch, violations);
  return violations.ToStatus();
}

absl::Status ValidateHeartbeat(const v1::HeartbeatRequest& request) {
  Violations violations;
  CheckRunnerId(request.runner_id(), violations);
  if (request.heartbeat_seq() < 1) violations.Add("heartbeat_seq", "must be at least 1");
  if (request.received_lease_seq() < 0) violations.Add("received_lease_seq", "must not be negative");
  if (request.held_size() > domain::kMaxSlots) {
    violations.Add("held", absl::StrCat("has ", request.held_size(), " leases; a runner has at most ",
                                        domain::kMaxSlots, " slots"));
    return violations.ToStatus();
  }
  for (int i = 0; i < request.held_size(); ++i) {
    CheckLease(absl::StrCat("held[", i, "]"), request.held(i).task_id(), request.held(i).attempt(), violations);
  }
  return violations.ToStatus();
}

std::string ReportProblem(const v1::TaskReport& report) {
  if (!domain::TaskId::Parse(report.task_id()).has_value()) return "task_id is not a task id";
  if (report.attempt() < 1) return "attempt must be at least 1";
  if (!v1::TaskState_IsValid(report.state()) || report.state() < v1::TASK_STATE_HYDRATING) {
    return "state must be HYDRATING or a later one";
  }
  const v1::TaskResult& result = report.result();
  if (!v1::TaskOutcome_IsValid(result.outcome())) return "result.outcome is not an outcome";
  if (!v1::FailureCategory_IsValid(result.failure().category())) return "result.failure.category is not a category";
  if (!v1::FailureReason_IsValid(result.failure().reason())) return "result.failure.reason is not a reason";
  const std::string& commit = result.commit();
  if (commit.size() > 64 || !std::all_of(commit.begin(), commit.end(),
                                         [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); })) {
    return "result.commit must be at most 64 hexadecimal digits";
  }
  // Said so that not-a-number is out of range too.
  const bool cost_is_in_range = result.cost_usd() >= 0 && result.cost_usd() <= domain::kMaxCostUsd;
  if (result.has_cost_usd() && !cost_is_in_range) {
    return "result.cost_usd must be from 0 to 1,000,000";
  }
  return "";
}

store::RunnerRegistration ToRegistration(const domain::Caller& caller, const v1::RegisterRunnerRequest& request) {
  return {*domain::Ulid::Parse(request.runner_id()),
          request.name(),
          caller.user,
          request.pool().empty() ? domain::kDefaultPool : request.pool(),
          request.slots(),
          {request.version(), request.host()},
          caller.address};
}

store::LeaseDemand ToDemand(const v1::LeaseTasksRequest& request) {
  return {*domain::Ulid::Parse(request.runner_id()), request.lease_seq(), std::min(request.max_tasks(), kMostLeases)};
}

store::RunnerHeartbeat ToHeartbeat(const v1::HeartbeatRequest& request) {
  store::RunnerHeartbeat heartbeat{
      *domain::Ulid::Parse(request.runner_id()), request.heartbeat_seq(), {}, request.received_lease_seq()};
  for (const v1::HeldLease& lease : request.held()) {
    heartbeat.held.push_back({*domain::TaskId::Parse(lease.task_id()), lease.attempt()});
  }
  return heartbeat;
}

domain::TaskReport ToDomain(const v1::TaskReport& report, const domain::Ulid& runner_id) {
  domain::TaskReport result;
  result.task = domain::TaskId::Parse(report.task_id()).value_or(domain::TaskId());
  result.attempt = report.attempt();
  result.runner_id = runner_id;
  result.state = static_cast<TaskState>(report.state());
  if (!domain::IsTerminal(result.state)) return result;
  const v1::TaskResult& from = report.result();
  if (result.state == TaskState::kCompleted) result.outcome = static_cast<Outcome>(from.outcome());
  result.category = static_cast<domain::FailureCategory>(from.failure().category());
  result.reason = static_cast<domain::FailureReason>(from.failure().reason());
  if (result.reason != domain::FailureReason::kUnspecified) result.category = domain::KindOf(result.reason).category;
  if (from.has_cost_usd()) result.cost_micros = std::llround(from.cost_usd() * kMicrosOfDollar);
  // Judged with the child's repository, where one byte too many is enough to see that it is too long.
  result.pull_request_url = domain::KeepHead(from.pull_request_url(), domain::kMaxUrl + 1);
  result.commit = from.commit();
  result.texts.message = domain::KeepHead(domain::CleanText(from.failure().message()), domain::kMaxReportText);
  result.texts.summary = domain::KeepHead(domain::CleanText(from.summary()), domain::kMaxReportText);
  result.texts.log_tail = domain::KeepTail(domain::CleanText(from.log_tail()), domain::kMaxLogTail);
  return result;
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

void ToProto(const store::StopOrder& order, v1::StopDirective& proto) {
  proto.mutable_lease()->set_task_id(order.lease.id.ToString());
  proto.mutable_lease()->set_attempt(order.lease.attempt);
  proto.set_reason(static_cast<v1::StopReason>(order.reason));
}

void ToProto(const store::GrantedTask& task, const store::TaskDetails& details, const std::string& branch,
             v1::Lease& proto) {
  proto.set_task_id(task.id.ToString());
  proto.set_attempt(task.attempt);
  proto.set_repo(details.repo);
  proto.set_clone_url(details.clone_url);
  proto.set_default_branch(details.default_branch);
  proto.set_branch(branch);
  proto.set_pushed_commit(details.commit);
  const domain::Parameters parameters = store::DecodeParameters(details.parameters);
  proto.mutable_parameters()->insert(parameters.begin(), parameters.end());
  proto.set_generation(details.generation);
}

}  // namespace fleet::service
