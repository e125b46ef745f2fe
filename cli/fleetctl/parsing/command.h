// What a command of fleetctl is: its help, its options, and what it does.
#ifndef FLEET_CLI_FLEETCTL_PARSING_COMMAND_H_
#define FLEET_CLI_FLEETCTL_PARSING_COMMAND_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fleet::cli {

struct CommandContext;
class OptionAdder;

struct CommandHelp {
  std::string summary;  // one line
  std::string details;  // what else is to know, and examples
};

// Holds what was asked. Parsed once, then run once.
class Command {
 public:
  virtual ~Command() = default;

  virtual CommandHelp Help() const = 0;
  // Adds its options and arguments; parsing fills them in, and the command must outlive it.
  virtual void AddOptions(OptionAdder& /*options*/) {}
  // What is wrong with options that are right each by itself; empty if nothing is.
  virtual std::string UsageProblem() const { return {}; }
  // Returns the exit code, or the error of its files or calls.
  virtual absl::StatusOr<int> Run(CommandContext& context) const = 0;
};

struct NamedCommand {
  std::string name;  // "submit"; "limits set" of the group "limits"
  std::shared_ptr<Command> command;
};

struct CommandList {
  std::map<std::string, CommandHelp> groups;
  std::vector<NamedCommand> commands;  // in the order of the help
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_COMMAND_H_
