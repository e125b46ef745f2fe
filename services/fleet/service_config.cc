#include "services/fleet/service_config.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fleet::service {
namespace {

// A name that only begins like a loopback address is a name, and leads anywhere.
bool IsLoopback(const std::string& address) {
  const std::string host = address.substr(0, address.rfind(':'));
  const bool is_ipv4 = host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "[::1]" || (is_ipv4 && absl::StartsWith(host, "127."));
}

}  // namespace

absl::Status ServiceConfig::Validate() const {
  if (insecure_identity && !IsLoopback(listen)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--insecure_identity believes every caller, so --listen must be on loopback, not ", listen));
  }
  FLEET_RETURN_IF_ERROR(settings.Validate());
  FLEET_RETURN_IF_ERROR(tracing.Validate());
  const absl::Duration lease = settings.lease_duration.value_or(absl::InfiniteDuration());
  if (heartbeat_interval <= absl::ZeroDuration() || lease < 2 * heartbeat_interval) {
    return absl::InvalidArgumentError("--lease_duration must be at least twice --heartbeat_interval");
  }
  return absl::OkStatus();
}

}  // namespace fleet::service
