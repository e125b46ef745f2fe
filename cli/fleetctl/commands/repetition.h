// Calls that make something new, and are safe to repeat because they carry a request id.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_REPETITION_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_REPETITION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/fleetctl/commands/command_context.h"

namespace fleet::cli {

struct Repetition {
  std::string request_id;
  std::string command;  // this very command with the request id, to be pasted into a shell
};

// With `request_id`, or one made up if it is empty. `deadline`, if there is one, replaces what was typed for
// --deadline: "2h" would mean another moment, and so another request, the next time.
Repetition MakeRepetition(const std::string& request_id, std::optional<absl::Time> deadline,
                          const CommandContext& context);

// Unless `status` says for certain that nothing was made, adds the request id and the command to the error.
// `promise` is what the repetition never does: "makes a second fleet".
void OfferRepetition(const absl::Status& status, const Repetition& repetition, absl::string_view promise,
                     CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_REPETITION_H_
