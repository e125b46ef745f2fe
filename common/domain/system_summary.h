// What all open fleets, live runners and limits come to, for metrics. Pure.
#ifndef FLEET_COMMON_DOMAIN_SYSTEM_SUMMARY_H_
#define FLEET_COMMON_DOMAIN_SYSTEM_SUMMARY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/domain/fleet.h"
#include "common/domain/limits.h"
#include "common/domain/waiting.h"

namespace fleet::domain {

inline constexpr std::size_t kFleetStateCount = 10;
inline constexpr std::size_t kWaitReasonCount = 14;

// At one instant.
struct SystemPicture {
  struct Runners {
    int32_t live = 0;
    int32_t slots = 0;
  };

  absl::Time now;
  Limits limits;
  std::vector<Fleet> fleets;               // open ones
  std::map<std::string, Runners> runners;  // by pool
};

// A fleet of which children could start: no cap keeps them, and slots of its pool are free.
struct StartableFleet {
  Ulid id;
  std::string pool;
  // Neither changes unless some child starts, or comes.
  int32_t next_ordinal = 0;
  int32_t queued = 0;
};

// Arrays are indexed by the enumerators' numbers.
struct SystemSummary {
  struct Pool {
    int64_t queued = 0;
    int64_t active = 0;
    SystemPicture::Runners runners;
    int32_t limit = 0;
    // Since when the oldest queued child has been ready, whatever cap it waits for; absent: none is.
    std::optional<absl::Time> oldest_ready;
  };

  std::array<int64_t, kFleetStateCount> fleets{};
  std::array<int64_t, kWaitReasonCount> waiting{};  // fleets; one may wait on several
  std::array<int64_t, kTaskStateCount> tasks{};
  int64_t active = 0;
  int64_t users_at_active = 0;        // who have as many children in flight as they may
  int64_t users_at_fleets = 0;        // who have as many open fleets as they may
  std::map<std::string, Pool> pools;  // that have fleets, runners or a limit of their own
  std::vector<StartableFleet> startable;
};

SystemSummary Summarize(const SystemPicture& picture);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_SYSTEM_SUMMARY_H_
