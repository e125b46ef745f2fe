// The file that a command names.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_INPUT_READER_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_INPUT_READER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/input/input_file.h"

namespace fleet::cli {

// ReadInputFile. A signal while it waits for standard input ends the process: nothing else ends that wait, and nothing
// has been done yet.
absl::StatusOr<InputFile> ReadInput(const std::string& path, CommandContext& context,
                                    std::size_t most = kUsualFileBytes);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_INPUT_READER_H_
