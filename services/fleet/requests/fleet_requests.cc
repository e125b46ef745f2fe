#include "services/fleet/requests/fleet_requests.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/domain/bounds.h"
#include "common/domain/caller.h"
#include "common/domain/identifiers.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "common/store/row_codec.h"
#include "services/fleet/requests/payload_fingerprint.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

constexpr absl::Duration kDefaultTaskTimeout = absl::Hours(1);
constexpr int32_t kDefaultMaxTries = 3;

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
  CheckPriority(policy, violations);
  if (policy.has_deadline()) CheckTime("policy.deadline", policy.deadline(), violations);
}

// What a replay is compared by: the payload without its request_id.
std::string Fingerprint(const v1::CreateFleetRequest& request) {
  v1::CreateFleetRequest payload = request;
  payload.clear_request_id();
  return PayloadFingerprint(payload);
}

// `least`: how many there have to be.
void CheckTargets(const google::protobuf::RepeatedPtrField<v1::FleetTarget>& targets, int least,
                  Violations& violations) {
  if (targets.size() < least || targets.size() > domain::kMaxTargets) {
    return CheckCount("targets", targets.size(), domain::kMaxTargets, violations);
  }
  RepoSet repos(targets.size());
  for (int i = 0; i < targets.size(); ++i) {
    repos.Check("targets", i, targets[i].repo(), violations);
    if (!targets[i].parameters().empty()) {
      CheckParameters(absl::StrCat("targets[", i, "].parameters"), targets[i].parameters(), violations);
    }
  }
}

std::vector<store::NewTarget> ToNewTargets(const google::protobuf::RepeatedPtrField<v1::FleetTarget>& targets) {
  std::vector<store::NewTarget> converted;
  converted.reserve(static_cast<std::size_t>(targets.size()));
  for (const v1::FleetTarget& target : targets) {
    converted.push_back({target.repo(), store::EncodeParameters(ToParameters(target.parameters()))});
  }
  return converted;
}

}  // namespace

absl::Status ValidateCreateFleet(const v1::CreateFleetRequest& request) {
  Violations violations;
  CheckRequestId(request.request_id(), violations);
  if (!domain::WorkflowRef::Parse(request.workflow_ref()).has_value()) {
    violations.Add("workflow_ref", "must be \"<domain>/<name>-v<major>[@<version>]\"");
  }
  violations.CheckText("task_description", request.task_description(), domain::kMaxText);
  CheckParameters("parameters", request.parameters(), violations);
  CheckPool(request.pool(), violations);
  violations.AddProblem("branch", domain::FleetBranchProblem(request.branch()));
  CheckPolicy(request.policy(), violations);
  CheckTargets(request.targets(), request.open_targets() ? 0 : 1, violations);
  return violations.ToStatus();
}

absl::Status ValidateAddFleetTargets(const v1::AddFleetTargetsRequest& request) {
  Violations violations;
  if (request.part() < 1 || request.part() > domain::kMaxPart) violations.Add("part", "must be from 1 to 10,000");
  CheckTargets(request.targets(), 1, violations);
  return violations.ToStatus();
}

absl::Status ValidateListFleets(const v1::ListFleetsRequest& request) {
  Violations violations;
  for (int i = 0; i < request.states_size(); ++i) {
    if (!v1::FleetState_IsValid(request.states(i)) || request.states(i) == v1::FLEET_STATE_UNSPECIFIED) {
      violations.Add(absl::StrCat("states[", i, "]"), "is not a fleet state");
    }
  }
  if (!request.creator().empty() && !domain::IsUserName(request.creator())) {
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

store::NewFleet ToNewFleet(const v1::CreateFleetRequest& request) {
  store::NewFleet fleet;
  fleet.id = domain::Ulid::Generate(absl::Now());
  fleet.request_id = request.request_id();
  fleet.request_fingerprint = Fingerprint(request);
  fleet.workflow = *domain::WorkflowRef::Parse(request.workflow_ref());
  fleet.task_description = request.task_description();
  fleet.parameters = ToParameters(request.parameters());
  fleet.replace_branch = request.replace_branch();
  fleet.pool = request.pool();
  fleet.branch = request.branch();
  fleet.targets = ToNewTargets(request.targets());
  fleet.open_targets = request.open_targets();
  const v1::FleetPolicy& policy = request.policy();
  fleet.policy.max_concurrency = policy.max_concurrency();
  fleet.policy.task_timeout =
      policy.has_task_timeout() ? rpc::FromProtoDuration(policy.task_timeout()) : kDefaultTaskTimeout;
  fleet.policy.max_tries = policy.has_max_tries() ? policy.max_tries() : kDefaultMaxTries;
  fleet.policy.priority = policy.priority();
  if (policy.has_deadline()) fleet.policy.deadline = rpc::FromProtoTime(policy.deadline());
  return fleet;
}

store::NewPart ToNewPart(const v1::AddFleetTargetsRequest& request, const domain::Ulid& fleet_id) {
  store::NewPart part;
  part.fleet_id = fleet_id;
  part.part = request.part();
  v1::AddFleetTargetsRequest payload = request;
  payload.clear_fleet_id();
  part.fingerprint = PayloadFingerprint(payload);
  part.targets = ToNewTargets(request.targets());
  return part;
}

store::FleetFilter ToFilter(const v1::ListFleetsRequest& request) {
  store::FleetFilter filter;
  filter.creator = request.creator();
  for (const int state : request.states()) filter.states.push_back(static_cast<domain::FleetState>(state));
  return filter;
}

std::vector<domain::TaskState> ToStates(const v1::ListFleetTasksRequest& request) {
  std::vector<domain::TaskState> states;
  for (const int state : request.states()) states.push_back(static_cast<domain::TaskState>(state));
  return states;
}

absl::StatusOr<domain::CancelMode> ParseCancelMode(const v1::CancelFleetRequest& request) {
  if (!v1::CancelMode_IsValid(request.mode())) return InvalidField("mode", "is not a cancel mode");
  return request.mode() == v1::CANCEL_MODE_DRAIN ? domain::CancelMode::kDrain : domain::CancelMode::kStop;
}

}  // namespace fleet::service
