#include "cli/fleetctl/commands/command_list.h"

#include <memory>
#include <string>
#include <utility>

#include "cli/fleetctl/commands/attempts_command.h"
#include "cli/fleetctl/commands/audit_command.h"
#include "cli/fleetctl/commands/cancel_command.h"
#include "cli/fleetctl/commands/debug_logs_command.h"
#include "cli/fleetctl/commands/diagnose_command.h"
#include "cli/fleetctl/commands/doctor_command.h"
#include "cli/fleetctl/commands/failures_command.h"
#include "cli/fleetctl/commands/limits_list_command.h"
#include "cli/fleetctl/commands/limits_reset_command.h"
#include "cli/fleetctl/commands/limits_set_command.h"
#include "cli/fleetctl/commands/list_command.h"
#include "cli/fleetctl/commands/logs_command.h"
#include "cli/fleetctl/commands/pause_command.h"
#include "cli/fleetctl/commands/repo_delete_command.h"
#include "cli/fleetctl/commands/repo_get_command.h"
#include "cli/fleetctl/commands/repo_import_command.h"
#include "cli/fleetctl/commands/repo_list_command.h"
#include "cli/fleetctl/commands/resume_command.h"
#include "cli/fleetctl/commands/retry_command.h"
#include "cli/fleetctl/commands/runner_list_command.h"
#include "cli/fleetctl/commands/runner_show_command.h"
#include "cli/fleetctl/commands/status_command.h"
#include "cli/fleetctl/commands/submit_command.h"
#include "cli/fleetctl/commands/summaries_command.h"
#include "cli/fleetctl/commands/tasks_command.h"
#include "cli/fleetctl/commands/update_command.h"
#include "cli/fleetctl/commands/version_command.h"
#include "cli/fleetctl/commands/watch_command.h"
#include "cli/fleetctl/commands/workflow_apply_command.h"
#include "cli/fleetctl/commands/workflow_get_command.h"
#include "cli/fleetctl/commands/workflow_list_command.h"
#include "cli/fleetctl/commands/workflow_withdraw_command.h"

namespace fleet::cli {

CommandList AllCommands() {
  CommandList list;
  list.groups = {
      {"repo", {"Register repositories", R"(
Examples:
  fleetctl repo import repositories.csv
  fleetctl repo list
)"}},
      {"workflow", {"Store workflows", R"(
Examples:
  fleetctl workflow apply add-license.yaml
  fleetctl workflow list
)"}},
      {"runner", {"Show runners, and what they hold", R"(
Examples:
  fleetctl runner list
  fleetctl runner show runner-1
)"}},
      {"limits", {"Show and set the limits of the whole system", R"(
Examples:
  fleetctl limits list
  fleetctl limits set user_active 200 --user alice
)"}},
      {"debug", {"Look into the services, workers and runners", R"(
Example:
  fleetctl debug logs 01JZ0000000000000000000000 /var/log/fleet
)"}},
  };
  const auto add = [&list](std::string name, std::shared_ptr<Command> command) {
    list.commands.push_back({std::move(name), std::move(command)});
  };
  add("submit", std::make_shared<SubmitCommand>());
  add("status", std::make_shared<StatusCommand>());
  add("watch", std::make_shared<WatchCommand>());
  add("list", std::make_shared<ListCommand>());
  add("tasks", std::make_shared<TasksCommand>());
  add("logs", std::make_shared<LogsCommand>());
  add("attempts", std::make_shared<AttemptsCommand>());
  add("failures", std::make_shared<FailuresCommand>());
  add("summaries", std::make_shared<SummariesCommand>());
  add("retry", std::make_shared<RetryCommand>());
  add("pause", std::make_shared<PauseCommand>());
  add("resume", std::make_shared<ResumeCommand>());
  add("update", std::make_shared<UpdateCommand>());
  add("cancel", std::make_shared<CancelCommand>());
  add("repo import", std::make_shared<RepoImportCommand>());
  add("repo list", std::make_shared<RepoListCommand>());
  add("repo get", std::make_shared<RepoGetCommand>());
  add("repo delete", std::make_shared<RepoDeleteCommand>());
  add("workflow apply", std::make_shared<WorkflowApplyCommand>());
  add("workflow list", std::make_shared<WorkflowListCommand>());
  add("workflow get", std::make_shared<WorkflowGetCommand>());
  add("workflow withdraw", std::make_shared<WorkflowWithdrawCommand>());
  add("runner list", std::make_shared<RunnerListCommand>());
  add("runner show", std::make_shared<RunnerShowCommand>());
  add("limits list", std::make_shared<LimitsListCommand>());
  add("limits set", std::make_shared<LimitsSetCommand>());
  add("limits reset", std::make_shared<LimitsResetCommand>());
  add("debug logs", std::make_shared<DebugLogsCommand>());
  add("audit", std::make_shared<AuditCommand>());
  add("doctor", std::make_shared<DoctorCommand>());
  add("diagnose", std::make_shared<DiagnoseCommand>());
  add("version", std::make_shared<VersionCommand>());
  return list;
}

}  // namespace fleet::cli
