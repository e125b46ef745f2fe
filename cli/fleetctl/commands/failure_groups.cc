#include "cli/fleetctl/commands/failure_groups.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/failure_summary.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

constexpr int kLargestGroups = 5;

}  // namespace

absl::StatusOr<v1::ListFailureGroupsResponse> ListFailureGroups(const std::string& fleet_id, CommandContext& context) {
  v1::ListFailureGroupsRequest request;
  request.set_fleet_id(fleet_id);
  return context.client.Call<v1::FleetService>(&v1::FleetService::Stub::ListFailureGroups, request);
}

void PrintLargestFailureGroups(const v1::Fleet& fleet, CommandContext& context) {
  const v1::TaskStateCounts& states = fleet.rollup().states();
  if (states.failed() + states.timed_out() == 0) return;
  const auto response = ListFailureGroups(fleet.fleet_id(), context);
  // A service of before has no groups.
  if (absl::IsUnimplemented(response.status())) return;
  if (!response.ok()) {
    context.environment.err << "cannot list failures: " << SanitizeLine(response.status().message()) << "\n";
    return;
  }
  if (response->groups().empty()) return;
  std::ostream& out = context.environment.out;
  out << "\nFailed, by cause:\n";
  TableWriter table(out, context.terminal, {"COUNT", TextColumn("REASON"), "FINGERPRINT", TextColumn("MESSAGE")});
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
