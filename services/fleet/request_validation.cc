#include "services/fleet/request_validation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/domain/identifiers.h"
#include "common/domain/task.h"
#include "common/domain/text.h"
#include "common/rpc/channel.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/violations.h"

namespace fleet::service {
namespace {

constexpr std::size_t kMaxText = 10000;
constexpr int kMaxParameters = 50;
constexpr int kMaxBatch = 500;
constexpr int kMaxPriority = 1000;

// Repositories by key, to find duplicates: the index of each one's first occurrence.
class RepoSet {
 public:
  explicit RepoSet(int expected) { first_.reserve(static_cast<std::size_t>(expected)); }
  void Check(const char* list, int index, const std::string& repo, Violations& violations) {
    std::string problem = domain::RepoNameProblem(repo);
    if (problem.empty()) {
      const auto [first, is_new] = first_.emplace(domain::RepoKey(repo), index);
      if (is_new) return;
      problem = absl::StrCat("is the same repository as ", list, "[", first->second, "]");
    }
    violations.Add(absl::StrCat(list, "[", index, "].repo"),
                   absl::StrCat("\"", domain::KeepHead(repo, 100), "\" ", problem));
  }

 private:
  std::unordered_map<std::string, int> first_;
};

void CheckCount(const char* field, int count, int most, Violations& violations) {
  if (count == 0) violations.Add(field, "is empty");
  if (count > most) violations.Add(field, absl::StrCat("has ", count, " entries, more than the ", most, " allowed"));
}

void CheckDuration(const char* field, const google::protobuf::Duration& duration, absl::Duration least,
                   absl::Duration most, Violations& violations) {
  const absl::Duration value = rpc::FromProtoDuration(duration);
  if (value < least || value > most) {
    violations.Add(field,
                   absl::StrCat("must be from ", absl::FormatDuration(least), " to ", absl::FormatDuration(most)));
  }
}

// What a google.protobuf.Timestamp may be: years 1 to 9999.
bool IsTimestamp(const google::protobuf::Timestamp& time) {
  return time.seconds() >= -62135596800 && time.seconds() <= 253402300799 && time.nanos() >= 0 &&
         time.nanos() <= 999999999;
}

void CheckPolicy(const v1::FleetPolicy& policy, Violations& violations) {
  if (policy.has_max_concurrency() && policy.max_concurrency() < 1) {
    violations.Add("policy.max_concurrency", "must be at least 1");
  }
  if (policy.has_max_tries() && (policy.max_tries() < 1 || policy.max_tries() > 10)) {
    violations.Add("policy.max_tries", "must be from 1 to 10");
  }
  if (policy.has_task_timeout()) {
    CheckDuration("policy.task_timeout", policy.task_timeout(), absl::Seconds(1), absl::Hours(24), violations);
  }
  if (policy.priority() < -kMaxPriority || policy.priority() > kMaxPriority) {
    violations.Add("policy.priority", "must be from -1000 to 1000");
  }
  // Whether it has passed is for the database's clock to say.
  if (policy.has_deadline() && !IsTimestamp(policy.deadline())) violations.Add("policy.deadline", "is not a time");
}

void CheckLease(const std::string& field, const std::string& task_id, int32_t attempt, Violations& violations) {
  if (!domain::TaskId::Parse(task_id).has_value()) violations.Add(field + ".task_id", "is not a task id");
  if (attempt < 1) violations.Add(field + ".attempt", "must be at least 1");
}

void CheckRunnerId(const std::string& runner_id, Violations& violations) {
  if (!domain::Ulid::Parse(runner_id).has_value()) violations.Add("runner_id", "is not a ULID");
}

}  // namespace

void CheckParameters(const std::string& field, const google::protobuf::Map<std::string, std::string>& parameters,
                     Violations& violations) {
  if (parameters.size() > kMaxParameters) violations.Add(field, "has more than 50 entries");
  std::map<std::string, std::string> folded;
  for (const auto& [name, value] : parameters) {
    const std::string entry = absl::StrCat(field, "[", domain::KeepHead(name, 64), "]");
    if (!domain::IsParameterName(name)) violations.Add(entry, "name must match [A-Za-z][A-Za-z0-9_]{0,63}");
    const auto [other, is_new] = folded.emplace(absl::AsciiStrToUpper(name), name);
    if (!is_new) violations.Add(entry, absl::StrCat("differs from ", other->second, " only by case"));
    violations.CheckText(entry, value, kMaxText);
  }
}

void CheckPriority(const v1::FleetPolicy& policy, Violations& violations) {
  if (policy.priority() < -1000 || policy.priority() > 1000) {
    violations.Add("policy.priority", "must be from -1000 to 1000");
  }
}

void CheckTime(const char* field, const google::protobuf::Timestamp& time, Violations& violations) {
  // The years 1 to 9999, as protobuf says.
  const bool in_range = time.seconds() >= -62135596800 && time.seconds() <= 253402300799;
  if (!in_range || time.nanos() < 0 || time.nanos() > 999999999) violations.Add(field, "is not a time");
}

absl::Status ValidateCreateFleet(const v1::CreateFleetRequest& request) {
  Violations violations;
  if (!request.request_id().empty() && !domain::IsRequestId(request.request_id())) {
    violations.Add("request_id", "must be 1 to 128 characters of [A-Za-z0-9._:-]");
  }
  if (!domain::WorkflowRef::Parse(request.workflow_ref()).has_value()) {
    violations.Add("workflow_ref", "must be \"<domain>/<name>-v<major>[@<version>]\"");
  }
  violations.CheckText("task_description", request.task_description(), kMaxText);
  CheckParameters("parameters", request.parameters(), violations);
  CheckPolicy(request.policy(), violations);
  CheckCount("targets", request.targets_size(), kMaxTargets, violations);
  if (request.targets_size() <= kMaxTargets) {
    RepoSet repos(request.targets_size());
    for (int i = 0; i < request.targets_size(); ++i) {
      const v1::FleetTarget& target = request.targets(i);
      repos.Check("targets", i, target.repo(), violations);
      if (!target.parameters().empty()) {
        CheckParameters(absl::StrCat("targets[", i, "].parameters"), target.parameters(), violations);
      }
    }
  }
  return violations.ToStatus();
}

absl::Status ValidateListFleets(const v1::ListFleetsRequest& request) {
  Violations violations;
  for (int i = 0; i < request.states_size(); ++i) {
    if (!v1::FleetState_IsValid(request.states(i)) || request.states(i) == v1::FLEET_STATE_UNSPECIFIED) {
      violations.Add(absl::StrCat("states[", i, "]"), "is not a fleet state");
    }
  }
  if (!request.creator().empty() && !rpc::IsUserName(request.creator())) {
    violations.Add("creator", "is not a user name");
  }
  return violations.ToStatus();
}

absl::Status ValidateListFleetTasks(const v1::ListFleetTasksRequest& request) {
  Violations violations;
  for (int i = 0; i < request.states_size(); ++i) {
    if (!v1::TaskState_IsValid(request.states(i)) || request.states(i) == v1::TASK_STATE_UNSPECIFIED) {
      violations.Add(absl::StrCat("states[", i, "]"), "is not a task state");
    }
  }
  return violations.ToStatus();
}

absl::Status ValidateImportRepositories(const v1::ImportRepositoriesRequest& request) {
  Violations violations;
  CheckCount("repositories", request.repositories_size(), kMaxTargets, violations);
  RepoSet repos(request.repositories_size());
  for (int i = 0; i < request.repositories_size(); ++i) {
    const v1::Repository& repository = request.repositories(i);
    repos.Check("repositories", i, repository.repo(), violations);
    const std::string field = absl::StrCat("repositories[", i, "]");
    violations.AddProblem(field + ".clone_url", domain::CloneUrlProblem(repository.clone_url()));
    if (!repository.default_branch().empty() && !domain::IsBranchName(repository.default_branch())) {
      violations.Add(field + ".default_branch", "is not a branch name");
    }
  }
  return violations.ToStatus();
}

absl::Status ValidateSetLimit(const v1::SetLimitRequest& request) {
  Violations violations;
  if (request.name().empty()) violations.Add("name", "is empty");
  violations.CheckText("name", request.name(), 100);
  if (!request.scope().empty() && !rpc::IsUserName(request.scope())) {
    violations.Add("scope", "is neither a user nor a pool");
  }
  if (!v1::ScopeKind_IsValid(request.scope_kind())) violations.Add("scope_kind", "is unknown");
  if (request.scope().empty() && request.scope_kind() != v1::SCOPE_KIND_UNSPECIFIED) {
    violations.Add("scope_kind", "is given without a scope");
  }
  if (request.has_value() && request.value() < 0) violations.Add("value", "must not be negative");
  return violations.ToStatus();
}

absl::Status ValidateRegisterRunner(const v1::RegisterRunnerRequest& request) {
  Violations violations;
  CheckRunnerId(request.runner_id(), violations);
  if (request.name().empty()) violations.Add("name", "is empty");
  violations.CheckText("name", request.name(), 128);
  if (!request.pool().empty() && !domain::IsPoolName(request.pool())) {
    violations.Add("pool", "must match [a-z][a-z0-9-]{0,62}");
  }
  if (request.slots() < 1 || request.slots() > 10000) violations.Add("slots", "must be from 1 to 10,000");
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
  if (result.pull_request_url().size() > 2000) return "result.pull_request_url is longer than 2,000 bytes";
  const std::string& commit = result.commit();
  if (commit.size() > 64 || !std::all_of(commit.begin(), commit.end(),
                                         [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); })) {
    return "result.commit must be at most 64 hexadecimal digits";
  }
  // Said so that not-a-number is out of range too.
  const bool cost_is_in_range = result.cost_usd() >= 0 && result.cost_usd() <= 1e6;
  if (result.has_cost_usd() && !cost_is_in_range) {
    return "result.cost_usd must be from 0 to 1,000,000";
  }
  return "";
}

absl::StatusOr<domain::Ulid> ParseId(const char* field, const std::string& text) {
  const auto id = domain::Ulid::Parse(text);
  if (!id.has_value()) return InvalidField(field, "is not a ULID of 26 characters");
  return *id;
}

absl::StatusOr<int32_t> ParsePageSize(int32_t page_size, int32_t normal) {
  if (page_size < 0) return InvalidField("page_size", "must not be negative");
  return page_size == 0 ? normal : std::min(page_size, 1000);
}

}  // namespace fleet::service
