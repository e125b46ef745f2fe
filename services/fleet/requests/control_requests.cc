#include "services/fleet/requests/control_requests.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"
#include "common/rpc/proto_time.h"
#include "services/fleet/requests/payload_fingerprint.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

constexpr int kMaxFingerprints = 100;
constexpr int kMaxRepos = 10000;

bool IsFingerprint(const std::string& text) {
  return text.size() == 16 && std::all_of(text.begin(), text.end(),
                                          [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); });
}

void CheckSelection(const v1::RetrySelection& selection, Violations& violations) {
  for (int i = 0; i < selection.states_size(); ++i) {
    const int state = selection.states(i);
    if (state < v1::TASK_STATE_COMPLETED || !v1::TaskState_IsValid(state)) {
      violations.Add(absl::StrCat("selection.states[", i, "]"), "is not a terminal task state");
    }
  }
  for (int i = 0; i < selection.categories_size(); ++i) {
    const int category = selection.categories(i);
    if (category == v1::FAILURE_CATEGORY_UNSPECIFIED || !v1::FailureCategory_IsValid(category)) {
      violations.Add(absl::StrCat("selection.categories[", i, "]"), "is not a failure category");
    }
  }
  if (selection.fingerprints_size() > kMaxFingerprints) {
    violations.Add("selection.fingerprints", "has more than 100 entries");
  }
  for (int i = 0; i < selection.fingerprints_size(); ++i) {
    if (!IsFingerprint(selection.fingerprints(i))) {
      violations.Add(absl::StrCat("selection.fingerprints[", i, "]"), "is not 16 hexadecimal digits");
    }
  }
  if (selection.repos_size() > kMaxRepos) violations.Add("selection.repos", "has more than 10,000 entries");
  for (int i = 0; i < std::min(selection.repos_size(), kMaxRepos); ++i) {
    violations.AddProblem(absl::StrCat("selection.repos[", i, "]"), domain::RepoNameProblem(selection.repos(i)));
  }
}

}  // namespace

absl::Status ValidateUpdateFleet(const v1::UpdateFleetRequest& request) {
  Violations violations;
  if (request.update_mask().paths().empty()) {
    violations.Add("update_mask", "is empty: name max_concurrency, priority or deadline");
  }
  const v1::FleetPolicy& policy = request.policy();
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "max_concurrency") {
      if (policy.max_concurrency() < 1) violations.Add("policy.max_concurrency", "must be at least 1");
    } else if (path == "priority") {
      CheckPriority(policy, violations);
    } else if (path == "deadline") {
      if (policy.has_deadline()) CheckTime("policy.deadline", policy.deadline(), violations);
    } else {
      violations.Add("update_mask", absl::StrCat("cannot change \"", domain::KeepHead(path, 64),
                                                 "\", only max_concurrency, priority and deadline"));
    }
  }
  return violations.ToStatus();
}

absl::Status ValidateRetryFleet(const v1::RetryFleetRequest& request) {
  Violations violations;
  CheckRequestId(request.request_id(), violations);
  CheckSelection(request.selection(), violations);
  const v1::FleetAmendment& amendment = request.amendment();
  if (!amendment.workflow_ref().empty() && !domain::WorkflowRef::Parse(amendment.workflow_ref()).has_value()) {
    violations.Add("amendment.workflow_ref", "must be \"<domain>/<name>-v<major>[@<version>]\"");
  }
  violations.CheckText("amendment.task_description", amendment.task_description(), domain::kMaxText);
  CheckParameters("amendment.parameters", amendment.parameters(), violations);
  if (!amendment.parameters().empty() && !amendment.replace_parameters()) {
    violations.Add("amendment.parameters", "is given without replace_parameters");
  }
  return violations.ToStatus();
}

store::PolicyUpdate ToPolicyUpdate(const v1::UpdateFleetRequest& request) {
  const std::set<std::string> paths(request.update_mask().paths().begin(), request.update_mask().paths().end());
  const v1::FleetPolicy& policy = request.policy();
  store::PolicyUpdate update;
  if (paths.count("max_concurrency") > 0) update.max_concurrency = policy.max_concurrency();
  if (paths.count("priority") > 0) update.priority = policy.priority();
  update.sets_deadline = paths.count("deadline") > 0;
  if (update.sets_deadline && policy.has_deadline()) update.deadline = rpc::FromProtoTime(policy.deadline());
  return update;
}

store::NewGeneration ToNewGeneration(const v1::RetryFleetRequest& request, const domain::Ulid& fleet_id) {
  store::NewGeneration generation;
  generation.fleet_id = fleet_id;
  generation.request_id = request.request_id();
  v1::RetryFleetRequest payload = request;
  payload.clear_request_id();
  generation.request_fingerprint = PayloadFingerprint(payload);
  const v1::RetrySelection& selection = request.selection();
  for (const int state : selection.states()) generation.states.push_back(static_cast<domain::TaskState>(state));
  if (generation.states.empty()) {
    generation.states = {domain::TaskState::kFailed, domain::TaskState::kTimedOut, domain::TaskState::kCancelled};
  }
  for (const int category : selection.categories()) {
    generation.categories.push_back(static_cast<domain::FailureCategory>(category));
  }
  generation.fingerprints.assign(selection.fingerprints().begin(), selection.fingerprints().end());
  generation.repos.assign(selection.repos().begin(), selection.repos().end());
  const v1::FleetAmendment& amendment = request.amendment();
  if (!amendment.workflow_ref().empty()) generation.workflow = domain::WorkflowRef::Parse(amendment.workflow_ref());
  if (amendment.has_task_description()) generation.task_description = amendment.task_description();
  if (amendment.replace_parameters()) {
    generation.parameters = ToParameters(amendment.parameters());
  }
  generation.replace_branch = amendment.replace_branch();
  return generation;
}

}  // namespace fleet::service
