#include "cli/fleetctl/commands/logs_command.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/client/log_follower.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/followed_log_printer.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/log_summary.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/task_summary.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

constexpr absl::Duration kGiveUpFollowingAfter = absl::Minutes(10);

std::string DescribeTask(const v1::Task& task) {
  std::string text = absl::StrCat(task.repo(), ": ", Name(task.state()));
  if (const std::string outcome = Words(task.outcome()); !outcome.empty()) absl::StrAppend(&text, ", ", outcome);
  absl::StrAppend(&text, ", attempt ", task.attempt());
  if (const std::string result = DescribeResult(task); !result.empty()) absl::StrAppend(&text, ", ", result);
  if (!task.summary().empty()) absl::StrAppend(&text, ", ", task.summary());
  return SanitizeLine(text);
}

}  // namespace

CommandHelp LogsCommand::Help() const {
  return {"Show the end of the log of one repository's last attempt, and why it failed", R"(
With --follow what a running repository's steps print is shown as they print it, through every attempt to its end. Who
reads too slowly for it is told how much was skipped. Ctrl-C stops following, not the repository. With -o json every
message is one JSON object on a line of its own.

Examples:
  fleetctl logs 01JZ0000000000000000000000 acme/shop
  fleetctl logs 01JZ0000000000000000000000 acme/shop --follow
)"};
}

void LogsCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Repo(options_.repo).Required();
  options.Flag("--follow", options_.follow, "Go on showing what it prints, until it has ended.");
}

absl::StatusOr<int> LogsCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  return options_.follow ? Follow(fleet_id, context) : ShowStored(fleet_id, context);
}

absl::StatusOr<int> LogsCommand::Follow(const std::string& fleet_id, CommandContext& context) const {
  const std::string again = context.Suggest({"logs", fleet_id, options_.repo, "--follow"});
  context.interrupted =
      absl::StrCat("Stopped following; the repository goes on. Follow it again with:\n  ", again, "\n");
  Environment& environment = context.environment;
  LogFollower follower(context.client.servers(),
                       {context.global.timeout.value_or(kGiveUpFollowingAfter), environment.patience},
                       environment.interruption, environment.clock);
  FollowedLogPrinter printer(environment, context.json());
  FLEET_ASSIGN_OR_RETURN(const v1::Task task, follower.Follow(fleet_id, options_.repo, printer));
  if (context.json()) return 0;
  // Nothing was caught of the last attempt: what is kept of it serves as well.
  if (printer.printed_attempt() != task.attempt()) return ShowStored(fleet_id, context);
  printer.EndLine();
  environment.out << DescribeTask(task) << "\n";
  return 0;
}

absl::StatusOr<int> LogsCommand::ShowStored(const std::string& fleet_id, CommandContext& context) const {
  v1::GetFleetTaskRequest request;
  request.set_fleet_id(fleet_id);
  request.set_repo(options_.repo);
  FLEET_ASSIGN_OR_RETURN(const v1::GetFleetTaskResponse response,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleetTask, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  const std::string log = SanitizeText(response.log_tail());
  const std::string notice =
      log.empty() ? DescribeMissingLog(response.task().state()) : DescribeOlderLog(response.task());
  if (!notice.empty()) context.environment.err << notice << "\n";
  out << log << (log.empty() || absl::EndsWith(log, "\n") ? "" : "\n");
  out << DescribeTask(response.task()) << "\n";
  return 0;
}

}  // namespace fleet::cli
