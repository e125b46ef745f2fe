#include "cli/fleetctl/output/value_format.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/domain/ascii.h"
#include "common/rpc/proto_time.h"

namespace fleet::cli {
namespace {}  // namespace

std::string FormatCost(double usd) { return absl::StrFormat("$%.4f", usd); }

std::string FormatElapsed(absl::Duration duration) {
  duration = std::max(duration, absl::ZeroDuration());
  if (duration > absl::ZeroDuration() && duration < absl::Seconds(1)) {
    return absl::StrFormat("%.1fs", absl::ToDoubleSeconds(duration));
  }
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (seconds < 3600) return absl::StrCat(seconds / 60, "m ", seconds % 60, "s");
  if (seconds < 86'400) return absl::StrCat(seconds / 3600, "h ", seconds / 60 % 60, "m");
  return absl::StrCat(seconds / 86'400, "d ", seconds / 3600 % 24, "h");
}

std::string FormatTime(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", rpc::FromProtoTime(time), absl::UTCTimeZone());
}

std::string Plural(int64_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

absl::Duration ParsePositiveDuration(const std::string& text) {
  // absl's own units end with the hour: "2d12h" is two days and what absl reads of the rest.
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('d', 1));
  const std::string& rest = parts.back();
  int64_t days = 0;
  if (parts.size() == 2) {
    const bool is_number = !parts[0].empty() && std::all_of(parts[0].begin(), parts[0].end(), domain::IsDigit);
    if (!is_number || !absl::SimpleAtoi(parts[0], &days)) return absl::ZeroDuration();
    if (!rest.empty() && !domain::IsDigit(rest[0])) return absl::ZeroDuration();
  }
  absl::Duration duration;
  const bool is_whole = parts.size() == 2 && rest.empty();
  if (!is_whole && !absl::ParseDuration(rest, &duration)) return absl::ZeroDuration();
  duration += days * absl::Hours(24);
  // Longer ones do not fit into the contract's seconds, or into a deadline.
  if (duration <= absl::ZeroDuration() || duration > absl::Hours(24 * 36'500)) return absl::ZeroDuration();
  return duration;
}

}  // namespace fleet::cli
