// What a step may know about its task: as environment and as a JSON file, never as part of a command line. Pure.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_CONTEXT_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_CONTEXT_H_

#include <map>
#include <string>

#include "workers/task_runner/leased_task.h"

namespace fleet::runner {

struct TaskContext {
  std::string fleet_id;
  std::string task_id;
  std::string repo;
  int attempt = 0;
  std::string branch;
  std::string description;
  // The child's own win over the fleet's; names are compared without regard to case, as the environment needs it.
  std::map<std::string, std::string> parameters;
};

TaskContext MakeTaskContext(const LeasedTask& task);

// FLEET_ID, FLEET_TASK_ID, FLEET_REPO, FLEET_ATTEMPT, FLEET_BRANCH, FLEET_TASK_DESCRIPTION and FLEET_PARAM_<NAME>.
std::map<std::string, std::string> ContextEnvironment(const TaskContext& context);

// The object {fleet_id, task_id, repo, attempt, branch, task_description, parameters}.
std::string ContextJson(const TaskContext& context);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_CONTEXT_H_
