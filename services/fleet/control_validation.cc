#include "services/fleet/control_validation.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"
#include "common/status/error_info.h"
#include "services/fleet/request_validation.h"
#include "services/fleet/violations.h"

namespace fleet::service {
namespace {

constexpr int kMaxFingerprints = 100;
constexpr int kMaxRepos = 10000;
constexpr std::size_t kMaxText = 10000;

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

absl::Status ValidateRepo(const std::string& repo) {
  const std::string problem = domain::RepoNameProblem(repo);
  return problem.empty() ? absl::OkStatus() : InvalidField("repo", problem);
}

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
  if (!request.request_id().empty() && !domain::IsRequestId(request.request_id())) {
    violations.Add("request_id", "must be 1 to 128 characters of [A-Za-z0-9._:-]");
  }
  CheckSelection(request.selection(), violations);
  const v1::FleetAmendment& amendment = request.amendment();
  if (!amendment.workflow_ref().empty() && !domain::WorkflowRef::Parse(amendment.workflow_ref()).has_value()) {
    violations.Add("amendment.workflow_ref", "must be \"<domain>/<name>-v<major>[@<version>]\"");
  }
  violations.CheckText("amendment.task_description", amendment.task_description(), kMaxText);
  CheckParameters("amendment.parameters", amendment.parameters(), violations);
  if (!amendment.parameters().empty() && !amendment.replace_parameters()) {
    violations.Add("amendment.parameters", "is given without replace_parameters");
  }
  return violations.ToStatus();
}

}  // namespace fleet::service
