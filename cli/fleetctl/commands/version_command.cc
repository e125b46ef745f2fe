#include "cli/fleetctl/commands/version_command.h"

#include "absl/strings/strip.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/parsing/program_help.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {

CommandHelp VersionCommand::Help() const {
  return {"Print the version", R"(
Example:
  fleetctl version
)"};
}

absl::StatusOr<int> VersionCommand::Run(CommandContext& context) const {
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
