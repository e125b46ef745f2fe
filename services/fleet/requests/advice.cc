#include "services/fleet/requests/advice.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"

namespace fleet::service {
namespace {

struct Advice {
  const char* reason;
  absl::StatusCode code;
  const char* text;
};

constexpr Advice kAdvice[] = {
    {"LIMIT_NOT_FOUND", absl::StatusCode::kNotFound, " (fleetctl limits list)"},
    {"REPO_NOT_ONBOARDED", absl::StatusCode::kFailedPrecondition, " (fleetctl repo import)"},
    {"DUPLICATE_CLONE_URL", absl::StatusCode::kInvalidArgument, " (fleetctl repo list shows both)"},
    {"WORKFLOW_NOT_FOUND", absl::StatusCode::kInvalidArgument, " (fleetctl workflow list)"},
};

}  // namespace

absl::Status WithAdvice(const absl::Status& status) {
  if (status.ok()) return status;
  ErrorInfo info = GetErrorInfo(status);
  for (const Advice& advice : kAdvice) {
    if (info.reason != advice.reason || status.code() != advice.code) continue;
    return MakeError(status.code(), absl::StrCat(status.message(), advice.text), std::move(info));
  }
  return status;
}

std::string WithAdvice(const domain::Waiting& waiting, const domain::Fleet& fleet) {
  if (waiting.reason != domain::WaitReason::kPaused) return waiting.message;
  return absl::StrCat(waiting.message, "; continue it with fleetctl resume ", fleet.id.ToString());
}

}  // namespace fleet::service
