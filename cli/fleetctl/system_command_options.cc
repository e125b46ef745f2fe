#include <limits>

#include "cli/fleetctl/command_options.h"
#include "cli/fleetctl/option_adder.h"

namespace fleet::cli {
namespace {

void AddLimitName(CLI::App& app, std::string& name) {
  app.add_option("NAME", name, "Name of the limit, as `limits list` shows it")->required();
}

void AddScope(CLI::App& app, LimitScope& scope) {
  CLI::Option* user = app.add_option("--user", scope.user, "Only for this user; who asks is said before the command");
  CLI::Option* pool = app.add_option("--pool", scope.pool, "Only for this pool");
  for (CLI::Option* option : {user, pool}) {
    option->type_name("NAME")->check(
        [](const std::string& value) { return value.empty() ? std::string("must not be empty") : std::string(); });
  }
  pool->excludes(user);
}

}  // namespace

void AddOptions(CLI::App& app, RepoImportCommand& command) {
  app.add_option("FILE", command.file, "CSV: repo,clone_url,default_branch; - is stdin")->required();
}

void AddOptions(CLI::App&, RepoListCommand&) {}

void AddOptions(CLI::App& app, WorkflowApplyCommand& command) {
  app.add_option("FILE", command.file, "YAML; - is stdin")->required();
}

void AddOptions(CLI::App&, WorkflowListCommand&) {}

void AddOptions(CLI::App& app, WorkflowGetCommand& command) {
  app.add_option("WORKFLOW", command.workflow_ref, "domain/name-vN[@version]")->required();
}

void AddOptions(CLI::App&, LimitsListCommand&) {}

void AddOptions(CLI::App& app, LimitsSetCommand& command) {
  AddLimitName(app, command.name);
  app.add_option("VALUE", command.value, "The new value, from 0")
      ->required()
      ->check(CLI::Range(int64_t{0}, std::numeric_limits<int64_t>::max()));
  AddScope(app, command.scope);
}

void AddOptions(CLI::App& app, LimitsResetCommand& command) {
  AddLimitName(app, command.name);
  AddScope(app, command.scope);
}

void AddOptions(CLI::App& app, AuditCommand& command) {
  AddFleetId(app, command.fleet_id);
  AddLimit(app, command.limit);
}

void AddOptions(CLI::App&, VersionCommand&) {}

}  // namespace fleet::cli
