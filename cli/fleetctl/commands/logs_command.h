// logs: the end of the log of a repository's last attempt, or with --follow what a running one prints.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_LOGS_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_LOGS_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class LogsCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
    std::string repo;
    bool follow = false;
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  absl::StatusOr<int> ShowStored(const std::string& fleet_id, CommandContext& context) const;
  // Goes on for as long as LogFollower does.
  absl::StatusOr<int> Follow(const std::string& fleet_id, CommandContext& context) const;

  Options options_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_LOGS_COMMAND_H_
