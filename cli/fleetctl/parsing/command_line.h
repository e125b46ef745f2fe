// What the user asks for, checked as far as that needs no server.
#ifndef FLEET_CLI_FLEETCTL_PARSING_COMMAND_LINE_H_
#define FLEET_CLI_FLEETCTL_PARSING_COMMAND_LINE_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/fleetctl/parsing/command.h"
#include "cli/fleetctl/parsing/option_fields.h"

namespace fleet::cli {

enum class OutputFormat { kTable, kJson };

struct GlobalOptions {
  std::vector<std::string> servers;  // "host:port", at least one
  std::string user;
  OutputFormat output = OutputFormat::kTable;
  std::optional<absl::Duration> timeout;
  bool no_color = false;
  // --server and --user as they were given, to be repeated in commands that are suggested.
  std::vector<std::string> repeated_flags;
};

struct CommandLine {
  GlobalOptions global;
  std::shared_ptr<const Command> command;
  std::string help;                 // the command line that explains the command: "fleetctl submit --help"
  std::vector<OptionField> fields;  // what its options fill; those that were given come first
};

// Help was asked for.
struct HelpText {
  std::string text;
};

struct UsageError {
  absl::Status status;  // kInvalidArgument; its violation, if any, names the option
  std::string help;     // as CommandLine.help
  OutputFormat output = OutputFormat::kTable;
};

struct CommandLineDefaults {
  std::string server;  // of FLEET_SERVER; may be empty
  std::string user;    // the login name
};

// `arguments` begin with the program's name. `commands` are new: what they hold is their own defaults.
std::variant<CommandLine, HelpText, UsageError> ParseCommandLine(const std::vector<std::string>& arguments,
                                                                 const CommandLineDefaults& defaults,
                                                                 const CommandList& commands);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_COMMAND_LINE_H_
