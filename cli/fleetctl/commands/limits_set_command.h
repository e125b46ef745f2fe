// limits set: a limit, or an exception from it.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_LIMITS_SET_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_LIMITS_SET_COMMAND_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/commands/limit_setting.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class LimitsSetCommand : public Command {
 public:
  struct Options {
    std::string name;
    int64_t value = 0;
    LimitScope scope;
    bool yes = false;
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  // Asks first, unless --yes is given, if the value would stop all users' work.
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_LIMITS_SET_COMMAND_H_
