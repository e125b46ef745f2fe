// The contract's enumerations as words. Values of a newer service, which this build does not know, show as numbers.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_STATE_NAMES_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_STATE_NAMES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "cli/fleetctl/output/terminal.h"
#include "fleet/v1/admin_service.pb.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// As in the contract without the prefix: "TIMED_OUT". UNSPECIFIED gives "".
std::string Name(v1::FleetState state);
std::string Name(v1::TaskState state);
std::string Name(v1::RunnerState state);

// In words: "branch pushed", "agent". UNSPECIFIED gives "".
std::string Words(v1::TaskState state);
std::string Words(v1::TaskOutcome outcome);
std::string Words(v1::FailureCategory category);
std::string Words(v1::WaitReason reason);
std::string Words(v1::PauseReason reason);
std::string Words(v1::LimitEffect effect);

// From a name in any case, with "-" or "_", with or without the prefix; nullopt if it names no such value.
std::optional<v1::FleetState> ParseFleetState(absl::string_view name);
std::optional<v1::TaskState> ParseTaskState(absl::string_view name);
// Only of a state in which a child has ended.
std::optional<v1::TaskState> ParseEndedTaskState(absl::string_view name);
std::optional<v1::TaskOutcome> ParseTaskOutcome(absl::string_view name);
std::optional<v1::FailureCategory> ParseFailureCategory(absl::string_view name);
std::optional<v1::RunnerState> ParseRunnerState(absl::string_view name);
// Every name that can be parsed, for error messages: "QUEUED, SUBMITTED, …".
std::string AllFleetStates();
std::string AllTaskStates();
std::string AllEndedTaskStates();
std::string AllTaskOutcomes();
std::string AllFailureCategories();
std::string AllRunnerStates();

// Whether a fleet or a child in `state` has ended.
bool IsTerminal(v1::FleetState state);
bool IsTerminal(v1::TaskState state);

// Green for success, red for failure, yellow for what was or is being stopped.
Color ColorOf(v1::FleetState state);
Color ColorOf(v1::TaskState state);
Color ColorOf(v1::RunnerState state);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_STATE_NAMES_H_
