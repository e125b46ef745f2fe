// submit: a new fleet, and with --watch its end.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_SUBMIT_COMMAND_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_SUBMIT_COMMAND_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/fleetctl/parsing/command.h"
#include "cli/fleetctl/parsing/option_values.h"

namespace fleet::cli {

class SubmitCommand : public Command {
 public:
  struct Options {
    std::string repos_file;
    std::string workflow_ref;
    std::string task_description;
    std::map<std::string, std::string> parameters;
    std::optional<int32_t> max_concurrency;
    std::optional<int32_t> priority;
    std::string pool;
    std::string branch;
    std::optional<Deadline> deadline;
    std::optional<absl::Duration> task_timeout;
    std::optional<int32_t> max_tries;
    bool replace_branch = false;
    std::string request_id;   // empty: to be made up
    std::string traceparent;  // empty: the environment's
    bool watch = false;
  };

  CommandHelp Help() const override;
  void AddOptions(OptionAdder& options) override;
  // While it is not known whether the fleet was accepted, errors carry the request id and the command to repeat. With
  // --watch the exit code is that of `watch`.
  absl::StatusOr<int> Run(CommandContext& context) const override;

  // What was asked.
  const Options& options() const { return options_; }

 private:
  Options options_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_SUBMIT_COMMAND_H_
