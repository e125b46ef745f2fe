// Leases that end without a report of their runner: it was lost, gave a task back, or did not stop it in time.
#ifndef FLEET_COMMON_STORE_LEASE_ENDS_H_
#define FLEET_COMMON_STORE_LEASE_ENDS_H_

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/database/transaction.h"
#include "common/domain/failure.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"
#include "common/domain/ulid.h"
#include "common/store/fleet_moves.h"
#include "common/store/grant_rows.h"

namespace fleet::store {

// A child and the attempt that was leased.
using Leases = std::set<std::pair<domain::TaskId, int32_t>>;

// How a lease ended without a word of its runner.
struct LeaseEnd {
  domain::FailureReason reason;
  LeaseExpiry expiry;
  absl::string_view message;
};

// What becomes of a child whose lease is taken from its runner, and why.
using LeaseEnding = std::pair<domain::Task, LeaseEnd> (*)(const domain::Task&, const domain::Fleet&, absl::Time);

std::pair<domain::Task, LeaseEnd> EndLost(const domain::Task& task, const domain::Fleet& fleet, absl::Time now);
std::pair<domain::Task, LeaseEnd> EndGivenBack(const domain::Task& task, const domain::Fleet& fleet, absl::Time now);
std::pair<domain::Task, LeaseEnd> EndOverdue(const domain::Task& task, const domain::Fleet& fleet, absl::Time now);
std::pair<domain::Task, LeaseEnd> EndUnconfirmed(const domain::Task& task, const domain::Fleet& fleet, absl::Time now);

// Takes the leases that are still live from `runner_id`, but for those returned: a batch of reports has their children
// and waits for the fleet. They are to be looked at again.
absl::StatusOr<Leases> TakeLeases(database::Transaction& transaction, const domain::Ulid& runner_id,
                                  const std::vector<GrantedTask>& leases, LeaseEnding ending);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_LEASE_ENDS_H_
