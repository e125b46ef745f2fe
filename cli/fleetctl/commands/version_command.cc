#include "cli/fleetctl/commands/version_command.h"

#include "absl/strings/strip.h"
#include "cli/fleetctl/command_help.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {

absl::StatusOr<int> RunCommand(const VersionCommand&, CommandContext& context) {
  const std::string text = VersionText();
  if (context.json()) {
    const nlohmann::json version = {{"version", std::string(absl::StripPrefix(text, "fleetctl "))}};
    context.environment.out << version.dump(1) << '\n';
  } else {
    context.environment.out << text << '\n';
  }
  return 0;
}

}  // namespace fleet::cli
