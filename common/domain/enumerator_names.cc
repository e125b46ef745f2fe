#include "common/domain/enumerator_names.h"

#include <array>

namespace fleet::domain {
namespace {

constexpr std::array<absl::string_view, 10> kFleetStates = {"UNSPECIFIED", "PENDING",    "EXPANDING", "RUNNING",
                                                            "PAUSED",      "CANCELLING", "COMPLETED", "PARTIAL_FAILURE",
                                                            "FAILED",      "CANCELLED"};
constexpr std::array<absl::string_view, kTaskStateCount> kTaskStates = {
    "UNSPECIFIED", "QUEUED",    "SUBMITTED", "HYDRATING", "RUNNING",  "AWAITING_APPROVAL",
    "FINALIZING",  "COMPLETED", "FAILED",    "CANCELLED", "TIMED_OUT"};
constexpr std::array<absl::string_view, kFailureCategoryCount> kCategories = {
    "UNSPECIFIED", "AUTH",   "NETWORK", "CONCURRENCY", "COMPUTE", "AGENT",
    "GUARDRAIL",   "CONFIG", "TIMEOUT", "BLOCKED",     "UNKNOWN"};

// A number of a later version has no name here.
template <std::size_t kCount, typename Enum>
absl::string_view Find(const std::array<absl::string_view, kCount>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < kCount ? names[index] : names[0];
}

}  // namespace

absl::string_view NameOf(FleetState state) { return Find(kFleetStates, state); }
absl::string_view NameOf(TaskState state) { return Find(kTaskStates, state); }
absl::string_view NameOf(FailureCategory category) { return Find(kCategories, category); }

}  // namespace fleet::domain
