// doctor: whether all is well, and what to do if not.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_DOCTOR_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_DOCTOR_COMMAND_H_

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"

namespace fleet::cli {

class DoctorCommand : public Command {
 public:
  CommandHelp Help() const override;
  absl::StatusOr<int> Run(CommandContext& context) const override;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_DOCTOR_COMMAND_H_
