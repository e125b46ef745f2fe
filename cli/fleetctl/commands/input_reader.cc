#include "cli/fleetctl/commands/input_reader.h"

#include <unistd.h>

namespace fleet::cli {

absl::StatusOr<InputFile> ReadInput(const std::string& path, CommandContext& context, std::size_t most) {
  const Interruption::Subscription exit(context.environment.interruption, [](int signal) { _exit(128 + signal); });
  return ReadInputFile(path, context.environment.in, most);
}

}  // namespace fleet::cli
