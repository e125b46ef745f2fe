// What the commands about the whole system were asked, a struct each.
#ifndef FLEET_CLI_FLEETCTL_SYSTEM_COMMAND_TYPES_H_
#define FLEET_CLI_FLEETCTL_SYSTEM_COMMAND_TYPES_H_

#include <cstdint>
#include <string>

namespace fleet::cli {

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

// The user or pool that a limit has an exception for; both empty: the limit itself. Never both.
struct LimitScope {
  std::string user;
  std::string pool;
};

struct LimitsListCommand {};

struct LimitsSetCommand {
  std::string name;
  int64_t value = 0;
  LimitScope scope;
};

struct LimitsResetCommand {
  std::string name;
  LimitScope scope;
};

struct AuditCommand {
  std::string fleet_id;  // empty: all
  int32_t limit = 50;    // 0: all
};

struct VersionCommand {};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_SYSTEM_COMMAND_TYPES_H_
