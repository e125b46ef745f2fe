#include "cli/fleetctl/commands/fleet_lookup.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/fleet_reference.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using FleetStub = v1::FleetService::Stub;

constexpr int kPageSize = 200;
// Enough for weeks of use; beyond them a whole id is asked for.
constexpr int kMostLookedThrough = 10'000;
constexpr std::size_t kMostNamed = 5;

absl::Status NoSuchFleet(const std::string& message) {
  return MakeError(absl::StatusCode::kNotFound, message, {"FLEET_NOT_FOUND", {}, {}});
}

absl::StatusOr<std::string> FindLatest(CommandContext& context) {
  v1::ListFleetsRequest request;
  request.set_page_size(1);
  FLEET_ASSIGN_OR_RETURN(const v1::ListFleetsResponse page,
                         context.client.Call<v1::FleetService>(&FleetStub::ListFleets, request));
  if (page.fleets().empty()) return NoSuchFleet("there is no fleet yet");
  const v1::Fleet& fleet = page.fleets(0);
  if (!context.json()) {
    context.environment.err << kLatestFleet << " is "
                            << SanitizeLine(absl::StrCat(fleet.fleet_id(), ", submitted by ", fleet.creator(), " at ",
                                                         FormatTime(fleet.create_time())))
                            << "\n";
  }
  return fleet.fleet_id();
}

// What was found on the way through fleets, newest first.
struct Search {
  const std::string& prefix;
  std::vector<std::string> found;
  int looked_through = 0;
  bool passed = false;  // all that come are older than what is looked for

  // Whether to go on. Ids sort by the time of submission.
  bool Take(const v1::ListFleetsResponse& page) {
    for (const v1::Fleet& fleet : page.fleets()) {
      ++looked_through;
      if (absl::StartsWith(fleet.fleet_id(), prefix)) found.push_back(fleet.fleet_id());
      passed = passed || absl::string_view(fleet.fleet_id()).substr(0, prefix.size()) < prefix;
    }
    return !passed && looked_through < kMostLookedThrough;
  }
};

absl::StatusOr<std::string> FindByPrefix(const std::string& prefix, CommandContext& context) {
  Search search{prefix, {}};
  v1::ListFleetsRequest request;
  request.set_page_size(kPageSize);
  const absl::Status status = ReadPages<v1::FleetService, FleetStub, v1::ListFleetsRequest, v1::ListFleetsResponse>(
      context.client, &FleetStub::ListFleets, request,
      [&search](const v1::ListFleetsResponse& page) { return search.Take(page); });
  if (!status.ok()) return status;
  if (search.found.size() == 1) return search.found.front();
  if (search.found.empty()) {
    if (search.passed || search.looked_through < kMostLookedThrough) {
      return NoSuchFleet(absl::StrCat("no fleet's id begins with ", prefix));
    }
    return NoSuchFleet(absl::StrCat("none of the newest ", search.looked_through, " fleets has an id that begins with ",
                                    prefix, ": give the whole id"));
  }
  const std::size_t count = search.found.size();
  if (count > kMostNamed) search.found.resize(kMostNamed);
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(count, " fleets have ids that begin with ", prefix, ": ", absl::StrJoin(search.found, ", "),
                   count > kMostNamed ? " …" : "", "; give more of the id"),
      {"AMBIGUOUS_FLEET", {}, {}});
}

}  // namespace

absl::StatusOr<std::string> FindFleetId(const std::string& reference, CommandContext& context) {
  if (IsWholeFleetId(reference)) return reference;
  return reference == kLatestFleet ? FindLatest(context) : FindByPrefix(reference, context);
}

}  // namespace fleet::cli
