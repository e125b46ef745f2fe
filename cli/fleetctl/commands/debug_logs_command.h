// debug logs: what the logs of services, workers and runners say of one fleet.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_DEBUG_LOGS_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_DEBUG_LOGS_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class DebugLogsCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
    std::vector<std::string> paths;
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  // 1 if there is nothing, so that a script can tell.
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_DEBUG_LOGS_COMMAND_H_
