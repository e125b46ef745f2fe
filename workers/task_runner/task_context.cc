#include "workers/task_runner/task_context.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace fleet::runner {

TaskContext MakeTaskContext(const LeasedTask& task) {
  TaskContext context;
  context.fleet_id = task.fleet->fleet_id();
  context.task_id = task.lease.task_id();
  context.repo = task.lease.repo();
  context.attempt = task.lease.attempt();
  context.branch = task.lease.branch();
  context.description = task.fleet->task_description();
  std::map<std::string, std::string> own;
  for (const auto& [name, value] : task.lease.parameters()) {
    context.parameters[name] = value;
    own[absl::AsciiStrToUpper(name)] = name;
  }
  for (const auto& [name, value] : task.fleet->parameters()) {
    if (own.count(absl::AsciiStrToUpper(name)) == 0) context.parameters[name] = value;
  }
  return context;
}

std::map<std::string, std::string> ContextEnvironment(const TaskContext& context) {
  std::map<std::string, std::string> environment = {
      {"FLEET_ID", context.fleet_id},   {"FLEET_TASK_ID", context.task_id},
      {"FLEET_REPO", context.repo},     {"FLEET_ATTEMPT", absl::StrCat(context.attempt)},
      {"FLEET_BRANCH", context.branch}, {"FLEET_TASK_DESCRIPTION", context.description},
  };
  for (const auto& [name, value] : context.parameters) {
    environment[absl::StrCat("FLEET_PARAM_", absl::AsciiStrToUpper(name))] = value;
  }
  return environment;
}

std::string ContextJson(const TaskContext& context) {
  nlohmann::ordered_json json;
  json["fleet_id"] = context.fleet_id;
  json["task_id"] = context.task_id;
  json["repo"] = context.repo;
  json["attempt"] = context.attempt;
  json["branch"] = context.branch;
  json["task_description"] = context.description;
  json["parameters"] = context.parameters;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace fleet::runner
