#include "common/domain/allocation.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>

namespace fleet::domain {
namespace {

struct Candidate {
  const FleetDemand* demand;
  int32_t granted = 0;
  int32_t InFlight() const { return demand->active + granted; }
  bool MayTakeMore() const { return granted < demand->ready && InFlight() < demand->cap; }
};

// The order of a user's fleets: fewest in flight, then oldest. Reversed, since std heaps give the largest.
struct LaterFleet {
  bool operator()(const Candidate* a, const Candidate* b) const {
    return std::tuple(a->InFlight(), a->demand->fleet_id) > std::tuple(b->InFlight(), b->demand->fleet_id);
  }
};
using FleetQueue = std::priority_queue<Candidate*, std::vector<Candidate*>, LaterFleet>;

struct UserTurn {
  int32_t in_flight;
  int32_t cap;
  Ulid next_fleet;
  FleetQueue* fleets;
  int32_t* user_active;
  bool operator>(const UserTurn& other) const {
    return std::tie(in_flight, next_fleet) > std::tie(other.in_flight, other.next_fleet);
  }
};

// One Allocate call: what is left to give.
struct Budget {
  int32_t system_left;
  std::map<std::string, int32_t> pool_left;
  std::map<std::string, int32_t> user_active;
};

// Takes one slot for the next of `fleets` whose pool has one; false if none has.
bool GrantOne(FleetQueue& fleets, Budget& budget) {
  while (!fleets.empty()) {
    Candidate* candidate = fleets.top();
    fleets.pop();
    int32_t& pool_left = budget.pool_left[candidate->demand->pool];
    if (pool_left <= 0) continue;
    ++candidate->granted;
    --pool_left;
    --budget.system_left;
    if (candidate->MayTakeMore()) fleets.push(candidate);
    return true;
  }
  return false;
}

// Water-filling among the users of one priority.
void ShareAmongUsers(std::map<std::string, FleetQueue>& users, const Limits& limits, Budget& budget) {
  std::priority_queue<UserTurn, std::vector<UserTurn>, std::greater<>> turns;
  for (auto& [user, fleets] : users) {
    int32_t& active = budget.user_active[user];
    turns.push({active, limits.UserActive(user), fleets.top()->demand->fleet_id, &fleets, &active});
  }
  while (!turns.empty() && budget.system_left > 0) {
    const UserTurn turn = turns.top();
    turns.pop();
    if (*turn.user_active >= turn.cap || !GrantOne(*turn.fleets, budget)) continue;
    ++*turn.user_active;
    if (!turn.fleets->empty()) {
      turns.push({*turn.user_active, turn.cap, turn.fleets->top()->demand->fleet_id, turn.fleets, turn.user_active});
    }
  }
}

}  // namespace

std::vector<FleetGrant> Allocate(const std::vector<FleetDemand>& fleets, const Limits& limits,
                                 const std::map<std::string, int32_t>& wanted) {
  Budget budget{limits.system_active, {}, {}};
  std::map<std::string, int32_t> pool_active;
  std::vector<Candidate> candidates;
  for (const FleetDemand& fleet : fleets) {
    budget.user_active[fleet.creator] += fleet.active;
    budget.system_left -= fleet.active;
    pool_active[fleet.pool] += fleet.active;
    const Candidate candidate{&fleet};
    if (candidate.MayTakeMore() && wanted.count(fleet.pool) > 0) candidates.push_back(candidate);
  }
  for (const auto& [pool, count] : wanted) {
    budget.pool_left[pool] = std::min(count, limits.PoolActive(pool) - pool_active[pool]);
  }
  std::map<int32_t, std::map<std::string, FleetQueue>, std::greater<>> priorities;
  for (Candidate& candidate : candidates) {
    priorities[candidate.demand->priority][candidate.demand->creator].push(&candidate);
  }
  for (auto& [priority, users] : priorities) ShareAmongUsers(users, limits, budget);

  std::vector<FleetGrant> grants;
  for (const Candidate& candidate : candidates) {
    if (candidate.granted > 0) grants.push_back({candidate.demand->fleet_id, candidate.granted});
  }
  std::sort(grants.begin(), grants.end(),
            [](const FleetGrant& a, const FleetGrant& b) { return a.fleet_id < b.fleet_id; });
  return grants;
}

}  // namespace fleet::domain
