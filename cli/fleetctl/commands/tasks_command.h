// tasks: the repositories of a fleet.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_TASKS_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_TASKS_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

class TasksCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
    std::vector<v1::TaskState> states;      // empty: any
    std::vector<v1::TaskOutcome> outcomes;  // empty: any
    std::vector<std::string> repos;         // empty: all
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_TASKS_COMMAND_H_
