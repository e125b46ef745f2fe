// summaries: what completed repositories say of their result, by words.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_SUMMARIES_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_SUMMARIES_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class SummariesCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_SUMMARIES_COMMAND_H_
