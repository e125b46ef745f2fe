// How people name a fleet: by its id, by the beginning of its id, or as the newest.
#ifndef FLEET_CLI_FLEETCTL_PARSING_FLEET_REFERENCE_H_
#define FLEET_CLI_FLEETCTL_PARSING_FLEET_REFERENCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleet::cli {

// The fleet that was submitted last.
inline constexpr char kLatestFleet[] = "@latest";

// `text` as it is looked up: an id or its first 8 or more characters in upper case, or kLatestFleet. Returns
// kInvalidArgument, with words for the user, if it is none of these.
absl::StatusOr<std::string> ParseFleetReference(absl::string_view text);

// Whether it is a whole id, which needs no look-up.
bool IsWholeFleetId(absl::string_view reference);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_FLEET_REFERENCE_H_
