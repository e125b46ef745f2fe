// What one transaction did to fleets and their children, in numbers: what metrics count once it is committed.
#ifndef FLEET_COMMON_STORE_FLEET_MOVES_H_
#define FLEET_COMMON_STORE_FLEET_MOVES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/database/pool_observer.h"
#include "common/domain/failure.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"

namespace fleet::store {

// Why a lease ended without its runner's report.
enum class LeaseExpiry {
  kRunnerLost = 0,
  kNotHeld = 1,      // its runner had the grant, and says that it does not hold it
  kTimedOut = 2,     // far past its timeout
  kUnconfirmed = 3,  // cancelled, and not confirmed within the grace time
};
inline constexpr std::size_t kLeaseExpiryCount = 4;

// Arrays are indexed by the enumerators' numbers.
struct FleetMoves final : database::CommitNote {
  struct EndedFleet {
    domain::FleetState state;
    double completion_ratio;  // of its children
    absl::Duration took;      // since its submission
  };

  std::array<int64_t, domain::kTaskStateCount> ended{};  // children, by the state they ended in
  std::array<int64_t, domain::kOutcomeCount> outcomes{};
  std::array<int64_t, domain::kFailureCategoryCount> failures{};  // attempts, whatever became of their child
  std::array<int64_t, domain::kFailureCategoryCount> retries{};   // of these, whose child went back to the queue
  int64_t losses = 0;                                             // of these, by the loss of their runner
  int64_t faults = 0;                                             // of these, by another capacity fault
  int64_t cost_micros = 0;
  std::vector<absl::Duration> waits;                               // a leased child each: ready before its lease
  std::vector<std::pair<domain::TaskState, absl::Duration>> runs;  // a child each that ended: its last attempt
  std::array<int64_t, kLeaseExpiryCount> expired{};
  std::vector<EndedFleet> fleets;

  // Child `before` became `after`.
  void Count(const domain::Task& before, const domain::Task& after);
  // A child of `fleet` is leased at `now`, by the database's clock.
  void CountLease(const domain::Fleet& fleet, const domain::Task& before, absl::Time now);
  void CountExpiry(LeaseExpiry why) { ++expired[static_cast<std::size_t>(why)]; }
  // `fleet` has ended at `now`.
  void CountEnd(const domain::Fleet& fleet, absl::Time now);
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_MOVES_H_
