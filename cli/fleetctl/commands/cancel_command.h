// cancel: nothing more is started, in a fleet or in one repository of it.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_CANCEL_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_CANCEL_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class CancelCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
    std::string repo;  // empty: the whole fleet
    bool drain = false;
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  std::string UsageProblem() const override;
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_CANCEL_COMMAND_H_
