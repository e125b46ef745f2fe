// workflow withdraw: takes a version of a workflow from new fleets.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_WORKFLOW_WITHDRAW_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_WORKFLOW_WITHDRAW_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class WorkflowWithdrawCommand : public Command {
 public:
  struct Options {
    std::string workflow_ref;
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_WORKFLOW_WITHDRAW_COMMAND_H_
