// diagnose: everything about one fleet, to attach to a report.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_DIAGNOSE_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_DIAGNOSE_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class DiagnoseCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
    std::string out;  // a folder; empty: named after the fleet
    std::optional<int32_t> repositories;
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_DIAGNOSE_COMMAND_H_
