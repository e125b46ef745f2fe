// What the commands about fleets were asked, a struct each; option_values.h says how texts become values.
#ifndef FLEET_CLI_FLEETCTL_FLEET_COMMAND_TYPES_H_
#define FLEET_CLI_FLEETCTL_FLEET_COMMAND_TYPES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/fleetctl/option_values.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

struct SubmitCommand {
  std::string repos_file;
  std::string workflow_ref;
  std::string task_description;
  std::map<std::string, std::string> parameters;
  std::optional<int32_t> max_concurrency;
  std::optional<int32_t> priority;
  std::optional<Deadline> deadline;
  std::optional<absl::Duration> task_timeout;
  std::optional<int32_t> max_tries;
  bool replace_branch = false;
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

struct AttemptsCommand {
  std::string fleet_id;
  std::string repo;
  bool logs = false;
};

struct FailuresCommand {
  std::string fleet_id;
};

struct CancelCommand {
  std::string fleet_id;
  std::string repo;  // empty: the whole fleet
  bool drain = false;
};

struct PauseCommand {
  std::string fleet_id;
};

struct ResumeCommand {
  std::string fleet_id;
};

struct UpdateCommand {
  std::string fleet_id;
  std::optional<int32_t> max_concurrency;
  std::optional<int32_t> priority;
  std::optional<Deadline> deadline;
  bool no_deadline = false;
};

struct RetryCommand {
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

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_FLEET_COMMAND_TYPES_H_
