#include "cli/fleetctl/option_values.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/fleetctl/value_format.h"
#include "common/domain/identifiers.h"
#include "common/domain/ulid.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

constexpr int kDefaultPort = 7070;

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

absl::StatusOr<std::vector<std::string>> ParseServers(absl::string_view text) {
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

absl::StatusOr<std::string> ParseFleetId(absl::string_view text) {
  const auto ulid = domain::Ulid::Parse(text);
  if (!ulid.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a fleet id (26 letters and digits)"));
  }
  return ulid->ToString();
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
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a duration such as 90s, 10m or 1h30m"));
  }
  return duration;
}

}  // namespace fleet::cli
