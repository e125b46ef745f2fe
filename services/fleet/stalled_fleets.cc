#include "services/fleet/stalled_fleets.h"

#include <algorithm>
#include <utility>

namespace fleet::service {

std::map<std::string, absl::Time> StalledFleets::Look(const std::vector<domain::StartableFleet>& startable,
                                                      absl::Time now) {
  std::map<domain::Ulid, Seen> seen;
  std::map<std::string, absl::Time> oldest;
  for (const domain::StartableFleet& fleet : startable) {
    const auto before = seen_.find(fleet.id);
    const bool stands = before != seen_.end() && before->second.fleet.next_ordinal == fleet.next_ordinal &&
                        before->second.fleet.queued == fleet.queued;
    const absl::Time since = stands ? before->second.since : now;
    seen[fleet.id] = {since, fleet};
    const auto [pool, first] = oldest.try_emplace(fleet.pool, since);
    if (!first) pool->second = std::min(pool->second, since);
  }
  seen_ = std::move(seen);
  return oldest;
}

}  // namespace fleet::service
