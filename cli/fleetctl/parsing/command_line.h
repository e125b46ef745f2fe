// What the user asks for, checked as far as that needs no server.
#ifndef FLEET_CLI_FLEETCTL_PARSING_COMMAND_LINE_H_
#define FLEET_CLI_FLEETCTL_PARSING_COMMAND_LINE_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "cli/fleetctl/parsing/command.h"

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
};

// Help, or a usage error: what to print, where, and the exit code.
struct EarlyExit {
  std::string text;
  int code = 0;
};

struct CommandLineDefaults {
  std::string server;  // of FLEET_SERVER; may be empty
  std::string user;    // the login name
};

// `arguments` begin with the program's name. `commands` are new: what they hold is their own defaults.
std::variant<CommandLine, EarlyExit> ParseCommandLine(const std::vector<std::string>& arguments,
                                                      const CommandLineDefaults& defaults, const CommandList& commands);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_COMMAND_LINE_H_
