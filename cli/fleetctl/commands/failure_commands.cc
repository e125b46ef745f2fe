#include "cli/fleetctl/commands/failure_commands.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/output/failure_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using Stub = v1::FleetService::Stub;

constexpr int kLargestGroups = 5;

absl::StatusOr<v1::ListFailureGroupsResponse> ListGroups(const std::string& fleet_id, CommandContext& context) {
  v1::ListFailureGroupsRequest request;
  request.set_fleet_id(fleet_id);
  return context.client.Call<v1::FleetService>(&Stub::ListFailureGroups, request);
}

void PrintField(absl::string_view label, absl::string_view value, std::ostream& out) {
  const std::string text = SanitizeLine(value);
  if (!text.empty()) out << "  " << label << text << "\n";
}

// A group has more to say than a row of a table can hold.
void PrintGroup(const v1::FailureGroup& group, const std::string& fleet_id, CommandContext& context) {
  std::ostream& out = context.environment.out;
  out << group.count() << " × " << SanitizeLine(DescribeCause(group.failure())) << "\n";
  PrintField("message       ", group.failure().message(), out);
  PrintField("remedy        ", group.failure().remedy(), out);
  PrintField("repositories  ", DescribeSample(group), out);
  PrintField("fingerprint   ", group.fingerprint(), out);
  PrintField("try again     ", context.Suggest({"retry", fleet_id, "--fingerprint", SanitizeLine(group.fingerprint())}),
             out);
}

void PrintAttemptTable(const v1::ListTaskAttemptsResponse& response, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"ATTEMPT", "GENERATION", "STATE", "RUNNER", "LEASED", "DURATION", "COST", "REASON", "MESSAGE"});
  for (const v1::TaskAttempt& attempt : response.attempts()) {
    const bool ended = attempt.has_end_time() && attempt.has_lease_time();
    table.Add({absl::StrCat(attempt.attempt()),
               absl::StrCat(attempt.generation()),
               {Name(attempt.state()), ColorOf(attempt.state())},
               attempt.runner_id(),
               attempt.has_lease_time() ? FormatTime(attempt.lease_time()) : "",
               ended ? FormatElapsed(ToTime(attempt.end_time()) - ToTime(attempt.lease_time())) : "",
               attempt.has_cost_usd() ? FormatCost(attempt.cost_usd()) : "",
               DescribeCause(attempt.failure()),
               attempt.has_failure() ? attempt.failure().message() : attempt.summary()});
  }
  table.Flush();
}

void PrintLog(const v1::TaskAttempt& attempt, std::ostream& out) {
  const std::string log = SanitizeText(attempt.log_tail());
  out << "\nAttempt " << attempt.attempt() << ":\n" << (log.empty() ? "No log was kept." : log);
  if (!absl::EndsWith(log, "\n")) out << "\n";
}

}  // namespace

absl::StatusOr<int> RunCommand(const FailuresCommand& command, CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(const v1::ListFailureGroupsResponse response, ListGroups(command.fleet_id, context));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  if (response.groups().empty()) out << "No repository has failed.\n";
  for (int i = 0; i < response.groups_size(); ++i) {
    if (i > 0) out << "\n";
    PrintGroup(response.groups(i), command.fleet_id, context);
  }
  return 0;
}

absl::StatusOr<int> RunCommand(const AttemptsCommand& command, CommandContext& context) {
  v1::ListTaskAttemptsRequest request;
  request.set_fleet_id(command.fleet_id);
  request.set_repo(command.repo);
  request.set_include_logs(command.logs);
  FLEET_ASSIGN_OR_RETURN(const v1::ListTaskAttemptsResponse response,
                         context.client.Call<v1::FleetService>(&Stub::ListTaskAttempts, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  PrintAttemptTable(response, context);
  if (command.logs) {
    for (const v1::TaskAttempt& attempt : response.attempts()) PrintLog(attempt, context.environment.out);
  }
  return 0;
}

void PrintLargestFailureGroups(const v1::Fleet& fleet, CommandContext& context) {
  const v1::TaskStateCounts& states = fleet.rollup().states();
  if (states.failed() + states.timed_out() == 0) return;
  const auto response = ListGroups(fleet.fleet_id(), context);
  // A service of before has no groups.
  if (absl::IsUnimplemented(response.status())) return;
  if (!response.ok()) {
    context.environment.err << "cannot list failures: " << SanitizeLine(response.status().message()) << "\n";
    return;
  }
  if (response->groups().empty()) return;
  std::ostream& out = context.environment.out;
  out << "\nFailed, by cause:\n";
  TableWriter table(out, context.terminal, {"COUNT", "REASON", "FINGERPRINT", "MESSAGE"});
  for (int i = 0; i < std::min(kLargestGroups, response->groups_size()); ++i) {
    const v1::FailureGroup& group = response->groups(i);
    table.Add(
        {absl::StrCat(group.count()), DescribeCause(group.failure()), group.fingerprint(), group.failure().message()});
  }
  table.Flush();
  const int more = response->groups_size() - kLargestGroups;
  if (more > 0) out << "and " << Plural(more, "more cause", "more causes") << "\n";
  out << "See remedies with: " << context.Suggest({"failures", fleet.fleet_id()}) << "\n";
}

}  // namespace fleet::cli
