// runner show: one runner, and what it holds.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_SHOW_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_SHOW_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class RunnerShowCommand : public Command {
 public:
  struct Options {
    std::string runner;  // id or name
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_SHOW_COMMAND_H_
