// Why a fleet is not going faster, in words. Pure.
#ifndef FLEET_COMMON_DOMAIN_WAITING_H_
#define FLEET_COMMON_DOMAIN_WAITING_H_

#include <string>
#include <vector>

#include "common/domain/allocation.h"
#include "common/domain/fleet.h"

namespace fleet::domain {

enum class WaitReason {
  kFleetCap = 1,
  kUserCap = 2,
  kPoolCap = 3,
  kSystemCap = 4,
  kNoRunner = 5,
  kRunnersBusy = 6,
  kBackoff = 7,
  kCancelling = 8,
  kExpanding = 9,
  kPaused = 10,
  kRetrying = 11,
  kIsolation = 12,
  kUnsealed = 13,
};

struct Waiting {
  WaitReason reason;
  std::string message;
};

// What the fleet shares with others, at about the time its own row was read.
struct Usage {
  absl::Time now = absl::InfinitePast();  // when that was
  Limits limits;
  int32_t system_active = 0;
  int32_t user_active = 0;
  int32_t pool_runners = 0;  // live ones
  int32_t pool_slots = 0;
  int32_t pool_active = 0;
};

std::vector<Waiting> WaitingOn(const Fleet& fleet, const Usage& usage);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_WAITING_H_
