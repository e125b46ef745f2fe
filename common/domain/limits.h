// The limits that operators set: a value for all, and exceptions for single users and pools. Plain values.
#ifndef FLEET_COMMON_DOMAIN_LIMITS_H_
#define FLEET_COMMON_DOMAIN_LIMITS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleet::domain {

// What is in force. The values here are those that Fleet is delivered with.
struct Limits {
  int32_t system_active = 2000;
  int32_t pool_active = 1000000;
  int32_t user_active = 200;
  int32_t fleet_active_default = 50;
  int32_t open_fleets_system = 10000;
  int32_t open_fleets_user = 1000;
  int32_t submit_rate_user = 600;  // a minute
  int32_t targets_per_fleet = 100000;
  int32_t queue_age_seconds = 0;  // 0: no limit
  int32_t lease_ms = 30'000;
  int32_t cancel_grace_ms = 30'000;
  int32_t presence_gap_ms = 10'000;
  // By name and scope; they win over the values above.
  std::map<std::pair<std::string, std::string>, int32_t> overrides;

  // A runner silent for this long is lost.
  absl::Duration Lease() const { return absl::Milliseconds(lease_ms); }
  // What a runner has to confirm that it stopped a child.
  absl::Duration CancelGrace() const { return absl::Milliseconds(cancel_grace_ms); }
  // Services away for longer than this could not hear runners. No longer than a lease.
  absl::Duration PresenceGap() const { return absl::Milliseconds(std::min(presence_gap_ms, lease_ms)); }

  int32_t UserActive(const std::string& user) const { return Of("user_active", user, user_active); }
  int32_t PoolActive(const std::string& pool) const { return Of("pool_active", pool, pool_active); }
  int32_t OpenFleetsOf(const std::string& user) const { return Of("open_fleets_user", user, open_fleets_user); }
  int32_t SubmitRateOf(const std::string& user) const { return Of("submit_rate_user", user, submit_rate_user); }

 private:
  int32_t Of(const char* name, const std::string& scope, int32_t otherwise) const {
    const auto found = overrides.find({name, scope});
    return found == overrides.end() ? otherwise : found->second;
  }
};

// Numbers of fleet.v1.LimitEffect.
// kSetting: nothing is limited; it is a time that all processes go by.
enum class LimitEffect { kQueue = 1, kRefuse = 2, kFail = 3, kSetting = 4 };

// What exceptions from a limit are for. Numbers of fleet.v1.ScopeKind.
enum class ScopeKind { kNone = 0, kUser = 1, kPool = 2 };

// What a limit is, apart from its value.
struct LimitKind {
  absl::string_view name;
  int32_t Limits::*field;
  int32_t most;  // the highest value it may have
  ScopeKind scope;
  LimitEffect effect;
  int32_t least = 0;  // the lowest value it may have
};

// Every limit, by name.
const std::vector<LimitKind>& AllLimitKinds();
// nullptr if there is no limit of that name.
const LimitKind* FindLimitKind(absl::string_view name);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_LIMITS_H_
