// Amounts and times for people.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_VALUE_FORMAT_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_VALUE_FORMAT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace fleet::cli {

// "$12.3456".
std::string FormatCost(double usd);
// The two largest units: "14s", "3m 14s", "2h 3m", "1d 4h"; below a second "0.4s". Negative counts as 0.
std::string FormatElapsed(absl::Duration duration);
// "2026-05-04 11:32:07Z".
std::string FormatTime(const google::protobuf::Timestamp& time);
// "1 repository", "3 repositories".
std::string Plural(int64_t count, absl::string_view one, absl::string_view many);
// "0.5s", "10m", "1h30m", "2d12h" as a positive duration of at most about a century; zero if it is none. A unit is
// required.
absl::Duration ParsePositiveDuration(const std::string& text);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_VALUE_FORMAT_H_
