#include "cli/fleetctl/output/value_format.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/rpc/proto_time.h"

namespace fleet::cli {

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
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) return absl::ZeroDuration();
  // Longer ones do not fit into the contract's seconds, or into a deadline.
  if (duration <= absl::ZeroDuration() || duration > absl::Hours(24 * 36'500)) return absl::ZeroDuration();
  return duration;
}

}  // namespace fleet::cli
