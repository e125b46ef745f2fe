// list: fleets, newest first.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_LIST_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_LIST_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

class ListCommand : public Command {
 public:
  struct Options {
    std::string creator;
    std::vector<v1::FleetState> states;
    int32_t limit = 50;  // 0: all
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_LIST_COMMAND_H_
