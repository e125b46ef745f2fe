#include "cli/fleetctl/output/state_names.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"

namespace fleet::cli {
namespace {

using google::protobuf::EnumDescriptor;

std::string NameOf(const EnumDescriptor* type, int number, absl::string_view prefix) {
  if (number == 0) return "";
  const auto* value = type->FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat("UNKNOWN_", number);
  return std::string(absl::StripPrefix(value->name(), prefix));
}

std::string WordsOf(const EnumDescriptor* type, int number, absl::string_view prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(NameOf(type, number, prefix)), {{"_", " "}});
}

std::optional<int> Parse(const EnumDescriptor* type, absl::string_view name, absl::string_view prefix) {
  std::string upper = absl::StrReplaceAll(absl::AsciiStrToUpper(name), {{"-", "_"}});
  if (!absl::StartsWith(upper, prefix)) upper = absl::StrCat(prefix, upper);
  const auto* value = type->FindValueByName(upper);
  if (value == nullptr || value->number() == 0) return std::nullopt;
  return value->number();
}

std::string AllNames(const EnumDescriptor* type, absl::string_view prefix, bool (*wanted)(int) = nullptr) {
  std::vector<std::string> names;
  for (int i = 1; i < type->value_count(); ++i) {
    const int number = type->value(i)->number();
    if (wanted == nullptr || wanted(number)) names.push_back(NameOf(type, number, prefix));
  }
  return absl::StrJoin(names, ", ");
}

constexpr absl::string_view kFleetPrefix = "FLEET_STATE_";
constexpr absl::string_view kTaskPrefix = "TASK_STATE_";
constexpr absl::string_view kOutcomePrefix = "TASK_OUTCOME_";
constexpr absl::string_view kCategoryPrefix = "FAILURE_CATEGORY_";
constexpr absl::string_view kRunnerPrefix = "RUNNER_STATE_";

}  // namespace

std::string Name(v1::FleetState state) { return NameOf(v1::FleetState_descriptor(), state, kFleetPrefix); }
std::string Name(v1::TaskState state) { return NameOf(v1::TaskState_descriptor(), state, kTaskPrefix); }
std::string Name(v1::RunnerState state) { return NameOf(v1::RunnerState_descriptor(), state, kRunnerPrefix); }

std::string Words(v1::TaskState state) { return WordsOf(v1::TaskState_descriptor(), state, kTaskPrefix); }
std::string Words(v1::TaskOutcome outcome) { return WordsOf(v1::TaskOutcome_descriptor(), outcome, kOutcomePrefix); }
std::string Words(v1::FailureCategory category) {
  return WordsOf(v1::FailureCategory_descriptor(), category, kCategoryPrefix);
}
std::string Words(v1::WaitReason reason) { return WordsOf(v1::WaitReason_descriptor(), reason, "WAIT_REASON_"); }
std::string Words(v1::PauseReason reason) { return WordsOf(v1::PauseReason_descriptor(), reason, "PAUSE_REASON_"); }
std::string Words(v1::LimitEffect effect) { return WordsOf(v1::LimitEffect_descriptor(), effect, "LIMIT_EFFECT_"); }

std::optional<v1::FleetState> ParseFleetState(absl::string_view name) {
  const std::optional<int> number = Parse(v1::FleetState_descriptor(), name, kFleetPrefix);
  if (!number.has_value()) return std::nullopt;
  return static_cast<v1::FleetState>(*number);
}

std::optional<v1::TaskState> ParseTaskState(absl::string_view name) {
  const std::optional<int> number = Parse(v1::TaskState_descriptor(), name, kTaskPrefix);
  if (!number.has_value()) return std::nullopt;
  return static_cast<v1::TaskState>(*number);
}

std::optional<v1::TaskState> ParseEndedTaskState(absl::string_view name) {
  const std::optional<v1::TaskState> state = ParseTaskState(name);
  return state.has_value() && IsTerminal(*state) ? state : std::nullopt;
}

std::optional<v1::TaskOutcome> ParseTaskOutcome(absl::string_view name) {
  const std::optional<int> number = Parse(v1::TaskOutcome_descriptor(), name, kOutcomePrefix);
  if (!number.has_value()) return std::nullopt;
  return static_cast<v1::TaskOutcome>(*number);
}

std::optional<v1::FailureCategory> ParseFailureCategory(absl::string_view name) {
  const std::optional<int> number = Parse(v1::FailureCategory_descriptor(), name, kCategoryPrefix);
  if (!number.has_value()) return std::nullopt;
  return static_cast<v1::FailureCategory>(*number);
}

std::optional<v1::RunnerState> ParseRunnerState(absl::string_view name) {
  const std::optional<int> number = Parse(v1::RunnerState_descriptor(), name, kRunnerPrefix);
  if (!number.has_value()) return std::nullopt;
  return static_cast<v1::RunnerState>(*number);
}

std::string AllFleetStates() { return AllNames(v1::FleetState_descriptor(), kFleetPrefix); }
std::string AllTaskStates() { return AllNames(v1::TaskState_descriptor(), kTaskPrefix); }
std::string AllEndedTaskStates() {
  return AllNames(v1::TaskState_descriptor(), kTaskPrefix,
                  [](int number) { return IsTerminal(static_cast<v1::TaskState>(number)); });
}
std::string AllTaskOutcomes() { return AllNames(v1::TaskOutcome_descriptor(), kOutcomePrefix); }
std::string AllFailureCategories() { return AllNames(v1::FailureCategory_descriptor(), kCategoryPrefix); }
std::string AllRunnerStates() { return AllNames(v1::RunnerState_descriptor(), kRunnerPrefix); }

bool IsTerminal(v1::FleetState state) {
  return state == v1::FLEET_STATE_COMPLETED || state == v1::FLEET_STATE_PARTIAL_FAILURE ||
         state == v1::FLEET_STATE_FAILED || state == v1::FLEET_STATE_CANCELLED;
}

bool IsTerminal(v1::TaskState state) {
  return state == v1::TASK_STATE_COMPLETED || state == v1::TASK_STATE_FAILED || state == v1::TASK_STATE_CANCELLED ||
         state == v1::TASK_STATE_TIMED_OUT;
}

Color ColorOf(v1::FleetState state) {
  if (state == v1::FLEET_STATE_COMPLETED) return Color::kGreen;
  if (state == v1::FLEET_STATE_PARTIAL_FAILURE || state == v1::FLEET_STATE_FAILED) return Color::kRed;
  if (state == v1::FLEET_STATE_CANCELLING || state == v1::FLEET_STATE_CANCELLED) return Color::kYellow;
  return Color::kNone;
}

Color ColorOf(v1::TaskState state) {
  if (state == v1::TASK_STATE_COMPLETED) return Color::kGreen;
  if (state == v1::TASK_STATE_FAILED || state == v1::TASK_STATE_TIMED_OUT) return Color::kRed;
  return state == v1::TASK_STATE_CANCELLED ? Color::kYellow : Color::kNone;
}

Color ColorOf(v1::RunnerState state) {
  if (state == v1::RUNNER_STATE_LIVE) return Color::kGreen;
  return state == v1::RUNNER_STATE_LOST ? Color::kRed : Color::kNone;
}

}  // namespace fleet::cli
