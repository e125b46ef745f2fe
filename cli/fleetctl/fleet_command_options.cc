#include "cli/fleetctl/command_options.h"
#include "cli/fleetctl/option_adder.h"
#include "cli/fleetctl/output/state_names.h"

namespace fleet::cli {
namespace {

constexpr char kReplaceBranchHelp[] =
    "Push also over commits on the fleet's branch that are not its own: what people committed there is lost";
constexpr char kStateHelp[] = "Only those in this state; may be repeated.";

void AddRepo(CLI::App& app, std::string& repo) { app.add_option("REPO", repo, "Repository, owner/name")->required(); }

}  // namespace

void AddOptions(CLI::App& app, SubmitCommand& command) {
  app.add_option("--repos-file", command.repos_file, "Repositories, one owner/name a line; - is stdin")->required();
  app.add_option("--workflow", command.workflow_ref, "Workflow, domain/name-vN[@version]")->required();
  app.add_option("--task", command.task_description, "What to do, for the workflow's steps");
  AddParameters(app, command.parameters, "A parameter for every repository; may be repeated");
  AddCount(app, "--max-concurrency", command.max_concurrency, "Most repositories worked on at once");
  AddPriority(app, command.priority);
  AddDeadline(app, command.deadline);
  AddDuration(app, "--task-timeout", command.task_timeout, "Most time for one attempt on one repository");
  AddCount(app, "--max-tries", command.max_tries, "Most failing attempts on one repository");
  app.add_flag("--replace-branch", command.replace_branch, kReplaceBranchHelp);
  AddRequestId(
      app, command.request_id,
      "Makes a repetition safe: the same id gives the same fleet. Default: made up, and printed when it is needed");
  app.add_flag("--watch", command.watch, "Watch the fleet to its end");
}

void AddOptions(CLI::App& app, StatusCommand& command) { AddFleetId(app, command.fleet_id)->required(); }

void AddOptions(CLI::App& app, WatchCommand& command) { AddFleetId(app, command.fleet_id)->required(); }

void AddOptions(CLI::App& app, ListCommand& command) {
  app.add_option("--creator", command.creator, "Only fleets of this user");
  AddNames(app, "--state", command.states, ParseFleetState, AllFleetStates(), kStateHelp)->type_name("STATE");
  AddLimit(app, command.limit);
}

void AddOptions(CLI::App& app, TasksCommand& command) {
  AddFleetId(app, command.fleet_id)->required();
  AddNames(app, "--state", command.states, ParseTaskState, AllTaskStates(), kStateHelp)->type_name("STATE");
}

void AddOptions(CLI::App& app, LogsCommand& command) {
  AddFleetId(app, command.fleet_id)->required();
  AddRepo(app, command.repo);
}

void AddOptions(CLI::App& app, AttemptsCommand& command) {
  AddFleetId(app, command.fleet_id)->required();
  AddRepo(app, command.repo);
  app.add_flag("--logs", command.logs, "Also the end of each attempt's log");
}

void AddOptions(CLI::App& app, FailuresCommand& command) { AddFleetId(app, command.fleet_id)->required(); }

void AddOptions(CLI::App& app, CancelCommand& command) {
  AddFleetId(app, command.fleet_id)->required();
  app.add_option("REPO", command.repo, "Only this repository, owner/name");
  app.add_flag("--drain", command.drain, "Let what is running go on to its own end");
}

std::string UsageProblem(const CancelCommand& command) {
  return command.drain && !command.repo.empty() ? "--drain is for a whole fleet: leave out it or REPO" : "";
}

void AddOptions(CLI::App& app, PauseCommand& command) { AddFleetId(app, command.fleet_id)->required(); }

void AddOptions(CLI::App& app, ResumeCommand& command) { AddFleetId(app, command.fleet_id)->required(); }

void AddOptions(CLI::App& app, UpdateCommand& command) {
  AddFleetId(app, command.fleet_id)->required();
  AddCount(app, "--max-concurrency", command.max_concurrency, "Most repositories worked on at once");
  AddPriority(app, command.priority);
  app.add_option_function<std::string>(
         "--deadline",
         [&command](const std::string& value) {
           command.no_deadline = value == "none";
           if (!command.no_deadline) command.deadline = ValueOf("--deadline", ParseDeadline(value));
         },
         "When nothing starts any more and what runs is stopped: a time, so long from now, or none")
      ->type_name("TIME|DURATION|none");
}

std::string UsageProblem(const UpdateCommand& command) {
  const bool changes = command.max_concurrency.has_value() || command.priority.has_value() ||
                       command.deadline.has_value() || command.no_deadline;
  return changes ? "" : "nothing to change: give --max-concurrency, --priority or --deadline";
}

void AddOptions(CLI::App& app, RetryCommand& command) {
  AddFleetId(app, command.fleet_id)->required();
  AddNames(app, "--state", command.states, ParseEndedTaskState, AllEndedTaskStates(),
           "Only those in this state; may be repeated. Default: all of these but COMPLETED.")
      ->type_name("STATE");
  AddNames(app, "--category", command.categories, ParseFailureCategory, AllFailureCategories(),
           "Only failures of this category; may be repeated.")
      ->type_name("CATEGORY");
  AddRepeatable(
      app, "--fingerprint",
      [&command](const std::string& value) {
        command.fingerprints.push_back(ValueOf("--fingerprint", ParseFingerprint(value)));
      },
      "Only failures of this group of `failures`; may be repeated")
      ->type_name("HEX");
  AddRepeatable(
      app, "--repo", [&command](const std::string& value) { command.repos.push_back(value); },
      "Only this repository, owner/name; may be repeated")
      ->type_name("REPO");
  app.add_option("--repos-file", command.repos_file, "Only these repositories, one owner/name a line; - is stdin");
  app.add_option_function<std::string>(
      "--task", [&command](const std::string& value) { command.task_description = value; },
      "What to do from now on. Default: as before");
  AddParameters(app, command.parameters,
                "A parameter for every repository; may be repeated. Once given, all earlier ones are replaced");
  app.add_option("--workflow", command.workflow_ref,
                 "Workflow from now on, domain/name-vN[@version]. Default: as before");
  app.add_flag("--replace-branch", command.replace_branch, kReplaceBranchHelp);
  AddRequestId(app, command.request_id,
               "Makes a repetition safe: the same id gives the same generation. Default: made up, and printed when it "
               "is needed");
  app.add_flag("--watch", command.watch, "Watch the fleet to its end");
}

}  // namespace fleet::cli
