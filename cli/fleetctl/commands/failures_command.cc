#include "cli/fleetctl/commands/failures_command.h"

#include <string>

#include "absl/strings/string_view.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/failure_groups.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/output/failure_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

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

}  // namespace

CommandHelp FailuresCommand::Help() const {
  return {"Show what went wrong, the most frequent cause first, and how to try again", R"(
Repositories that failed alike are one group: how many, why, what to do about it, some of them, and the command that
tries just these again.

Examples:
  fleetctl failures 01JZ0000000000000000000000
  fleetctl failures 01JZ0000000000000000000000 -o json | jq -r '.groups[].fingerprint'
)"};
}

void FailuresCommand::AddOptions(OptionAdder& options) { options.FleetId(options_.fleet_id).Required(); }

absl::StatusOr<int> FailuresCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  FLEET_ASSIGN_OR_RETURN(const v1::ListFailureGroupsResponse response, ListFailureGroups(fleet_id, context));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  if (response.groups().empty()) out << "No repository has failed.\n";
  for (int i = 0; i < response.groups_size(); ++i) {
    if (i > 0) out << "\n";
    PrintGroup(response.groups(i), fleet_id, context);
  }
  return 0;
}

}  // namespace fleet::cli
