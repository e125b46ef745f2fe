#include "cli/fleetctl/commands/fleet_standing.h"

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"

namespace fleet::cli {

std::string Standing(const v1::Fleet& fleet, absl::string_view verb) {
  return absl::StrCat("Fleet ", SanitizeLine(fleet.fleet_id()), " ", verb, " ", Name(fleet.state()));
}

void SuggestWatch(const v1::Fleet& fleet, CommandContext& context) {
  if (IsTerminal(fleet.state())) return;
  context.environment.err << "See it end with: " << context.Suggest({"watch", fleet.fleet_id()}) << "\n";
}

}  // namespace fleet::cli
