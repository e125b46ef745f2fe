#include "cli/fleetctl/parsing/fleet_reference.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/domain/ulid.h"

namespace fleet::cli {
namespace {

constexpr std::size_t kIdLength = 26;
// About a second of submissions have these in common.
constexpr std::size_t kShortestPrefix = 8;

bool BeginsAnId(absl::string_view text) {
  if (text.empty() || text.size() > kIdLength) return false;
  return domain::Ulid::Parse(absl::StrCat(text, std::string(kIdLength - text.size(), '0'))).has_value();
}

}  // namespace

absl::StatusOr<std::string> ParseFleetReference(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, kLatestFleet)) return std::string(kLatestFleet);
  if (!BeginsAnId(text)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is not a fleet id (26 letters and digits), the first 8 or more of one, or ", kLatestFleet));
  }
  if (text.size() < kShortestPrefix) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is too short: give 8 or more characters of the id"));
  }
  return absl::AsciiStrToUpper(text);
}

bool IsWholeFleetId(absl::string_view reference) { return reference.size() == kIdLength; }

}  // namespace fleet::cli
