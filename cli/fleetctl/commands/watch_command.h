// watch, and what `submit --watch` and `retry --watch` go on with.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_WATCH_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_WATCH_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class WatchCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  // 0 if every child completed, 5 if the fleet ended otherwise.
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  Options options_;
};

// The same for a fleet that is known to exist: goes on for as long as FleetWatcher does.
absl::StatusOr<int> WatchToEnd(const std::string& fleet_id, CommandContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_WATCH_COMMAND_H_
