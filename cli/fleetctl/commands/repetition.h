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

// Words of the command line that would mean something else, and so make another request, the next time.
struct TypedWords {
  std::optional<absl::Time> deadline;  // what --deadline meant: "2h" counts from now
  std::string fleet_reference;         // what was typed for FLEET: @latest may be another one
  std::string fleet_id;                // what it meant
};

// With `request_id`, or one made up if it is empty. The command says what `typed` meant.
Repetition MakeRepetition(const std::string& request_id, const TypedWords& typed, const CommandContext& context);

// Whether the service has certainly made nothing of the call, and would not of a repetition.
bool IsRefusal(const absl::Status& status);

// Unless `status` says for certain that nothing was made, adds the request id and the command to the error.
// `promise` is what the repetition never does: "makes a second fleet".
void OfferRepetition(const absl::Status& status, const Repetition& repetition, absl::string_view promise,
                     CommandContext& context);
// Whatever came of the call.
void TellRepetition(const Repetition& repetition, absl::string_view promise, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_REPETITION_H_
