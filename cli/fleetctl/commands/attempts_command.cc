#include "cli/fleetctl/commands/attempts_command.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/output/failure_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/log_summary.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

void PrintAttemptTable(const v1::ListTaskAttemptsResponse& response, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"ATTEMPT", "GENERATION", "STATE", "RUNNER", "LEASED", "DURATION", "COST", TextColumn("REASON"),
                     TextColumn("MESSAGE")});
  for (const v1::TaskAttempt& attempt : response.attempts()) {
    const bool ended = attempt.has_end_time() && attempt.has_lease_time();
    table.Add(
        {absl::StrCat(attempt.attempt()),
         absl::StrCat(attempt.generation()),
         {Name(attempt.state()), ColorOf(attempt.state())},
         // People know a runner by its name; its id is in the JSON.
         attempt.runner_name().empty() ? attempt.runner_id() : attempt.runner_name(),
         attempt.has_lease_time() ? FormatTime(attempt.lease_time()) : "",
         ended ? FormatElapsed(rpc::FromProtoTime(attempt.end_time()) - rpc::FromProtoTime(attempt.lease_time())) : "",
         attempt.has_cost_usd() ? FormatCost(attempt.cost_usd()) : "",
         DescribeCause(attempt.failure()),
         attempt.has_failure() ? attempt.failure().message() : attempt.summary()});
  }
  table.Flush();
}

// QUEUED is how an attempt stands that was given back: it has ended.
std::string DescribeMissing(const v1::TaskAttempt& attempt) {
  return DescribeMissingLog(attempt.has_end_time() ? v1::TASK_STATE_FAILED : attempt.state());
}

void PrintLog(const v1::TaskAttempt& attempt, std::ostream& out) {
  const std::string log = SanitizeText(attempt.log_tail());
  out << "\nAttempt " << attempt.attempt() << ":\n" << (log.empty() ? DescribeMissing(attempt) : log);
  if (!absl::EndsWith(log, "\n")) out << "\n";
}

}  // namespace

CommandHelp AttemptsCommand::Help() const {
  return {"List every attempt on one repository, newest first, with where it ran and why it failed", R"(
Attempts of earlier generations stay in the list. An attempt that is QUEUED was given back without a result.

Examples:
  fleetctl attempts 01JZ0000000000000000000000 acme/shop
  fleetctl attempts 01JZ0000000000000000000000 acme/shop --logs
)"};
}

void AttemptsCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Repo(options_.repo).Required();
  options.Flag("--logs", options_.logs, "Also the end of each attempt's log");
}

absl::StatusOr<int> AttemptsCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  v1::ListTaskAttemptsRequest request;
  request.set_fleet_id(fleet_id);
  request.set_repo(options_.repo);
  request.set_include_logs(options_.logs);
  FLEET_ASSIGN_OR_RETURN(const v1::ListTaskAttemptsResponse response,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::ListTaskAttempts, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  PrintAttemptTable(response, context);
  if (options_.logs) {
    for (const v1::TaskAttempt& attempt : response.attempts()) PrintLog(attempt, context.environment.out);
  }
  return 0;
}

}  // namespace fleet::cli
