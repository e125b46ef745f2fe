#include "common/store/start_settings.h"

#include "common/database/connection_pool.h"
#include "common/status/status_macros.h"
#include "common/store/limit_store.h"

namespace fleet::store {
namespace {

absl::Status Take(LimitStore& limits, const std::string& program, const std::string& name,
                  const std::optional<absl::Duration>& time) {
  if (!time.has_value()) return absl::OkStatus();
  return limits.SetIfOther({program}, {name, "", absl::ToInt64Milliseconds(*time)});
}

}  // namespace

absl::Status StartSettings::Validate() const {
  if (lease_duration.has_value() && (*lease_duration < absl::Seconds(1) || *lease_duration > absl::Hours(24))) {
    return absl::InvalidArgumentError("--lease_duration must be at least 1s and at most 24h");
  }
  if (cancel_grace.has_value() && (*cancel_grace < absl::ZeroDuration() || *cancel_grace > absl::Hours(24))) {
    return absl::InvalidArgumentError("--cancel_grace must not be negative, and at most 24h");
  }
  return absl::OkStatus();
}

absl::StatusOr<domain::Limits> TakeSettings(const std::string& database_url, const std::string& program,
                                            const StartSettings& settings) {
  database::ConnectionPool pool(database_url, 1);
  LimitStore limits(pool);
  FLEET_RETURN_IF_ERROR(Take(limits, program, "lease_ms", settings.lease_duration));
  FLEET_RETURN_IF_ERROR(Take(limits, program, "cancel_grace_ms", settings.cancel_grace));
  return limits.InForce();
}

}  // namespace fleet::store
