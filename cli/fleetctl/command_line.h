// What the user asks for, checked as far as that needs no server.
#ifndef FLEET_CLI_FLEETCTL_COMMAND_LINE_H_
#define FLEET_CLI_FLEETCTL_COMMAND_LINE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "fleet/v1/fleet.pb.h"

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

struct SubmitCommand {
  std::string repos_file;
  std::string workflow_ref;
  std::string task_description;
  std::map<std::string, std::string> parameters;
  std::optional<int32_t> max_concurrency;
  std::optional<absl::Duration> task_timeout;
  std::optional<int32_t> max_tries;
  std::string request_id;  // empty: to be made up
  bool watch = false;
};

struct StatusCommand {
  std::string fleet_id;
};

struct WatchCommand {
  std::string fleet_id;
};

struct ListCommand {
  std::string creator;
  std::vector<v1::FleetState> states;
  int32_t limit = 50;  // 0: all
};

struct TasksCommand {
  std::string fleet_id;
  std::vector<v1::TaskState> states;
};

struct LogsCommand {
  std::string fleet_id;
  std::string repo;
};

struct CancelCommand {
  std::string fleet_id;
  bool drain = false;
};

struct RepoImportCommand {
  std::string file;
};

struct RepoListCommand {};

struct WorkflowApplyCommand {
  std::string file;
};

struct WorkflowListCommand {};

struct WorkflowGetCommand {
  std::string workflow_ref;
};

struct VersionCommand {};

using Command = std::variant<SubmitCommand, StatusCommand, WatchCommand, ListCommand, TasksCommand, LogsCommand,
                             CancelCommand, RepoImportCommand, RepoListCommand, WorkflowApplyCommand,
                             WorkflowListCommand, WorkflowGetCommand, VersionCommand>;

struct CommandLine {
  GlobalOptions global;
  Command command;
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

// `arguments` begin with the program's name.
std::variant<CommandLine, EarlyExit> ParseCommandLine(const std::vector<std::string>& arguments,
                                                      const CommandLineDefaults& defaults);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMAND_LINE_H_
