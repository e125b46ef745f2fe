#include "common/domain/limits.h"

#include <algorithm>

#include "common/domain/bounds.h"

namespace fleet::domain {
namespace {

constexpr int32_t kMostActive = 1000000;
constexpr int32_t kMostSeconds = 366 * 24 * 3600;
constexpr int32_t kMostMilliseconds = 24 * 3600 * 1000;

}  // namespace

const std::vector<LimitKind>& AllLimitKinds() {
  static const auto& kAll = *new std::vector<LimitKind>{
      {"cancel_grace_ms", &Limits::cancel_grace_ms, kMostMilliseconds, ScopeKind::kNone, LimitEffect::kSetting},
      {"fleet_active_default", &Limits::fleet_active_default, kMostActive, ScopeKind::kNone, LimitEffect::kQueue},
      {"lease_ms", &Limits::lease_ms, kMostMilliseconds, ScopeKind::kNone, LimitEffect::kSetting, 1000},
      {"open_fleets_system", &Limits::open_fleets_system, kMostActive, ScopeKind::kNone, LimitEffect::kRefuse},
      {"open_fleets_user", &Limits::open_fleets_user, kMostActive, ScopeKind::kUser, LimitEffect::kRefuse},
      {"pool_active", &Limits::pool_active, kMostActive, ScopeKind::kPool, LimitEffect::kQueue},
      {"presence_gap_ms", &Limits::presence_gap_ms, kMostMilliseconds, ScopeKind::kNone, LimitEffect::kSetting, 1000},
      {"queue_age_seconds", &Limits::queue_age_seconds, kMostSeconds, ScopeKind::kNone, LimitEffect::kFail},
      {"submit_rate_user", &Limits::submit_rate_user, kMostActive, ScopeKind::kUser, LimitEffect::kRefuse},
      {"system_active", &Limits::system_active, kMostActive, ScopeKind::kNone, LimitEffect::kQueue},
      {"targets_per_fleet", &Limits::targets_per_fleet, kMaxFleetTargets, ScopeKind::kNone, LimitEffect::kRefuse},
      {"user_active", &Limits::user_active, kMostActive, ScopeKind::kUser, LimitEffect::kQueue},
  };
  return kAll;
}

const LimitKind* FindLimitKind(absl::string_view name) {
  const std::vector<LimitKind>& all = AllLimitKinds();
  const auto found = std::find_if(all.begin(), all.end(), [&](const LimitKind& kind) { return kind.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace fleet::domain
