#include "cli/fleetctl/parsing/option_values.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/domain/character_rules.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

constexpr int kDefaultPort = 7070;
constexpr std::size_t kFingerprintDigits = 16;

// "host", "host:port", "[v6]" or "[v6]:port".
absl::StatusOr<std::string> ParseServer(absl::string_view text) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket);
  const absl::string_view host = has_port ? text.substr(0, colon) : text;
  const bool ambiguous = bracket == absl::string_view::npos && host.find(':') != absl::string_view::npos;
  if (host.empty() || ambiguous || host.find('/') != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not host:port"));
  }
  if (!has_port) return absl::StrCat(host, ":", kDefaultPort);
  int port = 0;
  if (!absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 1 || port > 65'535) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" has no port from 1 to 65535"));
  }
  return std::string(text);
}

}  // namespace

absl::Time ResolveDeadline(const Deadline& deadline, absl::Time now) {
  if (const auto* time = std::get_if<absl::Time>(&deadline)) return *time;
  const absl::Duration since_epoch = now + std::get<absl::Duration>(deadline) - absl::UnixEpoch();
  return absl::UnixEpoch() + absl::Ceil(since_epoch, absl::Seconds(1));
}

absl::StatusOr<std::vector<std::string>> ParseServers(absl::string_view text) {
  // FLEET_SERVER is no option, whose text would have been looked at.
  if (std::string problem = domain::CharacterProblem(text, domain::TextKind::kName); !problem.empty()) {
    return absl::InvalidArgumentError(problem);
  }
  std::vector<std::string> servers;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(part);
    if (trimmed.empty()) continue;
    FLEET_ASSIGN_OR_RETURN(std::string server, ParseServer(trimmed));
    servers.push_back(std::move(server));
  }
  if (servers.empty()) return absl::InvalidArgumentError("no address in it");
  return servers;
}

absl::StatusOr<std::pair<std::string, std::string>> ParseParameter(absl::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == absl::string_view::npos || !domain::IsParameterName(text.substr(0, equals))) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not name=value with a name of letters, digits and \"_\""));
  }
  return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

absl::StatusOr<absl::Duration> ParseDurationOption(absl::string_view text) {
  const absl::Duration duration = ParsePositiveDuration(std::string(text));
  if (duration == absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a duration such as 90s, 10m, 1h30m or 2d"));
  }
  return duration;
}

absl::StatusOr<Deadline> ParseDeadline(absl::string_view text) {
  const absl::Duration duration = ParsePositiveDuration(std::string(text));
  if (duration > absl::ZeroDuration()) return duration;
  absl::Time time;
  // absl also reads "infinite-future", and years that the contract's timestamps do not reach.
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, nullptr) || time < absl::UnixEpoch() ||
      time >= absl::FromCivil(absl::CivilYear(10'000), absl::UTCTimeZone())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is neither a time such as 2026-05-04T11:32:07Z nor a duration such as 2h30m or 1d"));
  }
  return time;
}

absl::StatusOr<std::string> ParseFingerprint(absl::string_view text) {
  const bool valid = text.size() == kFingerprintDigits && std::all_of(text.begin(), text.end(), [](char c) {
                       return absl::ascii_isxdigit(static_cast<unsigned char>(c));
                     });
  if (!valid) return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not 16 hexadecimal digits"));
  return absl::AsciiStrToLower(text);
}

}  // namespace fleet::cli
