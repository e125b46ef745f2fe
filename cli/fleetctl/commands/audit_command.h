// audit: what operators did.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_AUDIT_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_AUDIT_COMMAND_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class AuditCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;  // empty: all
    int32_t limit = 50;    // 0: all
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

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_AUDIT_COMMAND_H_
