// Who goes next: the one rule of admission. Pure.
#ifndef FLEET_COMMON_DOMAIN_ALLOCATION_H_
#define FLEET_COMMON_DOMAIN_ALLOCATION_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/domain/limits.h"
#include "common/domain/ulid.h"

namespace fleet::domain {

// A fleet that is not ended.
struct FleetDemand {
  Ulid fleet_id;  // ULIDs order by age
  std::string creator;
  std::string pool;
  int32_t priority = 0;
  int32_t ready = 0;   // children that could start now; 0 for a fleet that may not start any
  int32_t active = 0;  // children in flight, whether or not it may start more
  int32_t cap = 0;
};

struct FleetGrant {
  Ulid fleet_id;
  int32_t count = 0;
  friend bool operator==(const FleetGrant&, const FleetGrant&) = default;
};

// Shares out at most `wanted[pool]` slots a pool among `fleets`. Higher priority first; within one priority the next
// slot always goes to the user with the fewest children in flight, and there to the fleet with the fewest, so that a
// small fleet never waits behind a large one; then to the older fleet. Never exceeds a fleet's, user's, pool's or the
// system's cap, counting what is in flight. Grants are in id order, each count at least 1.
std::vector<FleetGrant> Allocate(const std::vector<FleetDemand>& fleets, const Limits& limits,
                                 const std::map<std::string, int32_t>& wanted);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_ALLOCATION_H_
