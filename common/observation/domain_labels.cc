#include "common/observation/domain_labels.h"

#include "absl/strings/ascii.h"
#include "common/domain/enumerator_names.h"

namespace fleet::observation {

std::string LabelOf(domain::FleetState state) { return absl::AsciiStrToLower(domain::NameOf(state)); }

std::string LabelOf(domain::TaskState state) { return absl::AsciiStrToLower(domain::NameOf(state)); }

std::string LabelOf(domain::FailureCategory category) { return absl::AsciiStrToLower(domain::NameOf(category)); }

std::string LabelOf(domain::Outcome outcome) {
  switch (outcome) {
    case domain::Outcome::kPullRequestOpened:
      return "pull_request_opened";
    case domain::Outcome::kPullRequestUpdated:
      return "pull_request_updated";
    case domain::Outcome::kBranchPushed:
      return "branch_pushed";
    case domain::Outcome::kNoChanges:
      return "no_changes";
    case domain::Outcome::kReportOnly:
      return "report_only";
    case domain::Outcome::kUnspecified:
      break;
  }
  return "unspecified";
}

std::string LabelOf(domain::WaitReason reason) {
  switch (reason) {
    case domain::WaitReason::kFleetCap:
      return "fleet_cap";
    case domain::WaitReason::kUserCap:
      return "user_cap";
    case domain::WaitReason::kPoolCap:
      return "pool_cap";
    case domain::WaitReason::kSystemCap:
      return "system_cap";
    case domain::WaitReason::kNoRunner:
      return "no_runner";
    case domain::WaitReason::kRunnersBusy:
      return "runners_busy";
    case domain::WaitReason::kBackoff:
      return "backoff";
    case domain::WaitReason::kCancelling:
      return "cancelling";
    case domain::WaitReason::kExpanding:
      return "expanding";
    case domain::WaitReason::kPaused:
      return "paused";
    case domain::WaitReason::kRetrying:
      return "retrying";
    case domain::WaitReason::kIsolation:
      return "isolation";
    case domain::WaitReason::kUnsealed:
      return "unsealed";
  }
  return "";
}

std::string LabelOf(store::LeaseExpiry why) {
  switch (why) {
    case store::LeaseExpiry::kRunnerLost:
      return "runner_lost";
    case store::LeaseExpiry::kNotHeld:
      return "not_held";
    case store::LeaseExpiry::kTimedOut:
      return "timed_out";
    case store::LeaseExpiry::kUnconfirmed:
      return "unconfirmed";
  }
  return "";
}

}  // namespace fleet::observation
