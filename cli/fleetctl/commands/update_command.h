// update: other rules for a fleet that runs.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_UPDATE_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_UPDATE_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"
#include "cli/fleetctl/parsing/option_values.h"

namespace fleet::cli {

class UpdateCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
    std::optional<int32_t> max_concurrency;
    std::optional<int32_t> priority;
    std::optional<Deadline> deadline;
    bool no_deadline = false;
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_UPDATE_COMMAND_H_
