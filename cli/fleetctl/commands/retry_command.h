// retry: a new generation of a fleet, and with --watch its end.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_RETRY_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_RETRY_COMMAND_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/fleetctl/parsing/command.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

class RetryCommand : public Command {
 public:
  struct Options {
    std::string fleet_id;
    std::vector<v1::TaskState> states;
    std::vector<v1::FailureCategory> categories;
    std::vector<std::string> fingerprints;
    std::vector<std::string> repos;
    std::string repos_file;  // empty: none
    std::optional<std::string> task_description;
    std::map<std::string, std::string> parameters;  // empty: they stay as they were
    std::string workflow_ref;                       // empty: it stays as it was
    bool replace_branch = false;
    std::string request_id;  // empty: to be made up
    bool watch = false;
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  // While it is not known whether the generation was begun, errors carry the request id and the command to repeat. With
  // --watch the exit code is that of `watch`.
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_RETRY_COMMAND_H_
