// runner list: which runners there are.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_LIST_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_LIST_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::cli {

class RunnerListCommand : public Command {
 public:
  struct Options {
    std::string pool;
    std::string name;
    std::vector<v1::RunnerState> states;
    int32_t limit = 100;  // 0: all
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_RUNNER_LIST_COMMAND_H_
