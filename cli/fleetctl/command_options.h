// Which options and arguments each command takes, for CLI11. Private to command_line.cc, which alone catches what CLI11
// throws.
#ifndef FLEET_CLI_FLEETCTL_COMMAND_OPTIONS_H_
#define FLEET_CLI_FLEETCTL_COMMAND_OPTIONS_H_

#include <string>

#include "CLI/CLI.hpp"
#include "cli/fleetctl/fleet_command_types.h"
#include "cli/fleetctl/system_command_types.h"

namespace fleet::cli {

// Adds them to `app`, whose parsing fills `command`, which must outlive it.
void AddOptions(CLI::App& app, SubmitCommand& command);
void AddOptions(CLI::App& app, StatusCommand& command);
void AddOptions(CLI::App& app, WatchCommand& command);
void AddOptions(CLI::App& app, ListCommand& command);
void AddOptions(CLI::App& app, TasksCommand& command);
void AddOptions(CLI::App& app, LogsCommand& command);
void AddOptions(CLI::App& app, AttemptsCommand& command);
void AddOptions(CLI::App& app, FailuresCommand& command);
void AddOptions(CLI::App& app, CancelCommand& command);
void AddOptions(CLI::App& app, PauseCommand& command);
void AddOptions(CLI::App& app, ResumeCommand& command);
void AddOptions(CLI::App& app, UpdateCommand& command);
void AddOptions(CLI::App& app, RetryCommand& command);
void AddOptions(CLI::App& app, RepoImportCommand& command);
void AddOptions(CLI::App& app, RepoListCommand& command);
void AddOptions(CLI::App& app, WorkflowApplyCommand& command);
void AddOptions(CLI::App& app, WorkflowListCommand& command);
void AddOptions(CLI::App& app, WorkflowGetCommand& command);
void AddOptions(CLI::App& app, LimitsListCommand& command);
void AddOptions(CLI::App& app, LimitsSetCommand& command);
void AddOptions(CLI::App& app, LimitsResetCommand& command);
void AddOptions(CLI::App& app, AuditCommand& command);
void AddOptions(CLI::App& app, VersionCommand& command);

// What is wrong with options that are right each by itself; empty if nothing is.
template <typename Command>
std::string UsageProblem(const Command&) {
  return {};
}
std::string UsageProblem(const CancelCommand& command);
std::string UsageProblem(const UpdateCommand& command);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMAND_OPTIONS_H_
