#include "common/domain/allocation.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/common/domain/numbered_ulid.h"

namespace fleet::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Wanted = std::map<std::string, int32_t>;

FleetDemand Demand(int number, const std::string& creator, int32_t ready, int32_t active = 0) {
  FleetDemand demand;
  demand.fleet_id = NumberedUlid(number);
  demand.creator = creator;
  demand.pool = "default";
  demand.ready = ready;
  demand.active = active;
  demand.cap = 1000000;
  return demand;
}

FleetGrant Grant(int number, int32_t count) { return {NumberedUlid(number), count}; }

Limits Roomy() {
  Limits limits;
  limits.system_active = limits.user_active = 1000000;
  return limits;
}

TEST(AllocateTest, GivesNothingWhereNothingIsAskedOrReady) {
  EXPECT_THAT(Allocate({}, Roomy(), {{"default", 5}}), IsEmpty());
  EXPECT_THAT(Allocate({Demand(1, "ann", 5)}, Roomy(), {}), IsEmpty());
  EXPECT_THAT(Allocate({Demand(1, "ann", 5)}, Roomy(), {{"default", 0}}), IsEmpty());
  EXPECT_THAT(Allocate({Demand(1, "ann", 0, 3)}, Roomy(), {{"default", 5}}), IsEmpty());
}

TEST(AllocateTest, GivesAllThatIsReadyWhileThereIsRoom) {
  EXPECT_THAT(Allocate({Demand(1, "ann", 5)}, Roomy(), {{"default", 100}}), ElementsAre(Grant(1, 5)));
}

TEST(AllocateTest, ServesOnlyPoolsThatAsk) {
  FleetDemand gpu = Demand(1, "ann", 5);
  gpu.pool = "gpu";
  const std::vector<FleetDemand> fleets = {gpu, Demand(2, "ann", 5)};
  EXPECT_THAT(Allocate(fleets, Roomy(), {{"default", 3}}), ElementsAre(Grant(2, 3)));
  EXPECT_THAT(Allocate(fleets, Roomy(), {{"gpu", 2}}), ElementsAre(Grant(1, 2)));
  EXPECT_THAT(Allocate(fleets, Roomy(), {{"gpu", 2}, {"default", 3}}), ElementsAre(Grant(1, 2), Grant(2, 3)));
}

TEST(AllocateTest, CountsWhatIsInFlightAgainstTheFleetsCap) {
  FleetDemand fleet = Demand(1, "ann", 100, 7);
  fleet.cap = 10;
  EXPECT_THAT(Allocate({fleet}, Roomy(), {{"default", 100}}), ElementsAre(Grant(1, 3)));
  fleet.active = 10;
  EXPECT_THAT(Allocate({fleet}, Roomy(), {{"default", 100}}), IsEmpty());
  fleet.active = 12;  // the cap was lowered meanwhile
  EXPECT_THAT(Allocate({fleet}, Roomy(), {{"default", 100}}), IsEmpty());
}

TEST(AllocateTest, CountsWhatIsInFlightAgainstTheUsersCap) {
  Limits limits = Roomy();
  limits.user_active = 10;
  // What fleets have in flight that may not start more, or that nobody asks for, counts too.
  FleetDemand other_pool = Demand(2, "ann", 0, 4);
  other_pool.pool = "gpu";
  EXPECT_THAT(Allocate({Demand(1, "ann", 100, 3), other_pool}, limits, {{"default", 100}}), ElementsAre(Grant(1, 3)));
  EXPECT_THAT(Allocate({Demand(1, "ann", 100, 30), Demand(2, "bob", 4)}, limits, {{"default", 100}}),
              ElementsAre(Grant(2, 4)));
}

TEST(AllocateTest, CountsWhatIsInFlightAgainstTheSystemCap) {
  Limits limits = Roomy();
  limits.system_active = 10;
  EXPECT_THAT(Allocate({Demand(1, "ann", 100, 3), Demand(2, "bob", 0, 5)}, limits, {{"default", 100}}),
              ElementsAre(Grant(1, 2)));
  EXPECT_THAT(Allocate({Demand(1, "ann", 100, 3), Demand(2, "bob", 0, 50)}, limits, {{"default", 100}}), IsEmpty());
}

TEST(AllocateTest, ServesHigherPriorityFirst) {
  FleetDemand urgent = Demand(2, "ann", 5, 20);
  urgent.priority = 1;
  EXPECT_THAT(Allocate({Demand(1, "bob", 5), urgent}, Roomy(), {{"default", 7}}),
              ElementsAre(Grant(1, 2), Grant(2, 5)));
  FleetDemand idle_time = Demand(3, "cid", 5);
  idle_time.priority = -1;
  EXPECT_THAT(Allocate({Demand(1, "bob", 5), urgent, idle_time}, Roomy(), {{"default", 10}}),
              ElementsAre(Grant(1, 5), Grant(2, 5)));
}

TEST(AllocateTest, SharesEquallyBetweenUsersWhateverTheirNumberOfFleets) {
  const std::vector<FleetDemand> fleets = {Demand(1, "ann", 100), Demand(2, "ann", 100), Demand(3, "ann", 100),
                                           Demand(4, "bob", 100)};
  EXPECT_THAT(Allocate(fleets, Roomy(), {{"default", 12}}),
              ElementsAre(Grant(1, 2), Grant(2, 2), Grant(3, 2), Grant(4, 6)));
}

TEST(AllocateTest, EvensOutWhatUsersHaveInFlight) {
  EXPECT_THAT(Allocate({Demand(1, "ann", 100, 8), Demand(2, "bob", 100, 2)}, Roomy(), {{"default", 10}}),
              ElementsAre(Grant(1, 2), Grant(2, 8)));
}

TEST(AllocateTest, SharesEquallyBetweenAUsersFleets) {
  EXPECT_THAT(
      Allocate({Demand(1, "ann", 100, 6), Demand(2, "ann", 100), Demand(3, "ann", 1)}, Roomy(), {{"default", 11}}),
      ElementsAre(Grant(1, 2), Grant(2, 8), Grant(3, 1)));
}

TEST(AllocateTest, PrefersTheOlderOfEquals) {
  EXPECT_THAT(Allocate({Demand(2, "ann", 9), Demand(1, "ann", 9)}, Roomy(), {{"default", 1}}),
              ElementsAre(Grant(1, 1)));
  EXPECT_THAT(Allocate({Demand(2, "ann", 9), Demand(1, "zoe", 9)}, Roomy(), {{"default", 1}}),
              ElementsAre(Grant(1, 1)));
  EXPECT_THAT(Allocate({Demand(2, "ann", 9), Demand(1, "zoe", 9)}, Roomy(), {{"default", 3}}),
              ElementsAre(Grant(1, 2), Grant(2, 1)));
}

TEST(AllocateTest, ASmallFleetNeverWaitsBehindAHugeOneAtTheSystemCap) {
  Limits limits;
  limits.system_active = limits.user_active = 2000;
  FleetDemand huge = Demand(1, "ann", 100000, 2000);
  FleetDemand small = Demand(2, "bob", 3);
  EXPECT_THAT(Allocate({huge, small}, limits, {{"default", 500}}), IsEmpty());
  huge.active -= 3;  // three slots are freed
  EXPECT_THAT(Allocate({huge, small}, limits, {{"default", 500}}), ElementsAre(Grant(2, 3)));
  small.creator = "ann";  // and the same between fleets of one user
  EXPECT_THAT(Allocate({huge, small}, limits, {{"default", 500}}), ElementsAre(Grant(2, 3)));
}

TEST(AllocateTest, OneUserAtTheirCapLeavesTheRestToOthers) {
  Limits limits = Roomy();
  limits.user_active = 5;
  EXPECT_THAT(Allocate({Demand(1, "ann", 100), Demand(2, "bob", 100)}, limits, {{"default", 100}}),
              ElementsAre(Grant(1, 5), Grant(2, 5)));
}

TEST(AllocateTest, AFleetWhosePoolIsGivenOutDoesNotHoldUpItsUser) {
  FleetDemand gpu = Demand(1, "ann", 100);
  gpu.pool = "gpu";
  EXPECT_THAT(Allocate({gpu, Demand(2, "ann", 100, 50)}, Roomy(), {{"gpu", 1}, {"default", 4}}),
              ElementsAre(Grant(1, 1), Grant(2, 4)));
}

// As many as may be open. Looking at every fleet for every slot takes half a minute.
TEST(AllocateTest, IsFastForManyFleetsOfOneUser) {
  std::vector<FleetDemand> fleets;
  for (int i = 1; i <= 10000; ++i) fleets.push_back(Demand(i, "ann", 100));
  const auto began = std::chrono::steady_clock::now();
  const std::vector<FleetGrant> grants = Allocate(fleets, Roomy(), {{"default", 20000}});
  const auto took = std::chrono::steady_clock::now() - began;
  ASSERT_EQ(grants.size(), 10000U);
  for (const FleetGrant& grant : grants) EXPECT_EQ(grant.count, 2);
  EXPECT_LT(took, std::chrono::seconds(5));
}

// Random snapshots, also unreasonable ones: caps below what is in flight, empty pools.
struct Snapshot {
  std::vector<FleetDemand> fleets;
  Limits limits;
  Wanted wanted;
};

Snapshot RandomSnapshot(std::mt19937& random) {
  const auto upto = [&](int32_t most) { return std::uniform_int_distribution<int32_t>(0, most)(random); };
  Snapshot snapshot;
  snapshot.limits.system_active = upto(60);
  snapshot.limits.user_active = upto(30);
  const int32_t fleets = upto(12);
  for (int32_t i = 0; i < fleets; ++i) {
    FleetDemand demand = Demand(i + 1, absl::StrCat("user", upto(3)), upto(15), upto(8));
    demand.pool = absl::StrCat("pool", upto(2));
    demand.priority = upto(3) == 0 ? 1 : 0;
    demand.cap = upto(12);
    snapshot.fleets.push_back(demand);
  }
  std::shuffle(snapshot.fleets.begin(), snapshot.fleets.end(), random);
  for (int pool = 0; pool <= 2; ++pool) {
    if (upto(3) > 0) snapshot.wanted[absl::StrCat("pool", pool)] = upto(20);
  }
  return snapshot;
}

// What stands after the grants.
struct Tally {
  explicit Tally(const Snapshot& snapshot, const std::vector<FleetGrant>& grants) : wanted(snapshot.wanted) {
    for (const FleetGrant& grant : grants) granted[grant.fleet_id] = grant.count;
    for (const FleetDemand& fleet : snapshot.fleets) {
      const int32_t count = granted[fleet.fleet_id];
      system += fleet.active + count;
      users[fleet.creator] += fleet.active + count;
      given[fleet.pool] += count;
    }
  }
  int32_t InFlight(const FleetDemand& fleet) { return fleet.active + granted[fleet.fleet_id]; }
  bool CouldTakeMore(const FleetDemand& fleet, const Limits& limits) {
    return granted[fleet.fleet_id] < fleet.ready && InFlight(fleet) < fleet.cap &&
           users[fleet.creator] < limits.user_active && system < limits.system_active &&
           given[fleet.pool] < wanted[fleet.pool];
  }

  Wanted wanted;
  std::map<Ulid, int32_t> granted;
  std::map<std::string, int32_t> users;
  std::map<std::string, int32_t> given;
  int32_t system = 0;
};

class AllocatePropertyTest : public ::testing::TestWithParam<unsigned> {
 protected:
  static constexpr int kSnapshots = 2000;
};

TEST_P(AllocatePropertyTest, ExceedsNothing) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < kSnapshots; ++i) {
    const Snapshot snapshot = RandomSnapshot(random);
    Tally tally(snapshot, Allocate(snapshot.fleets, snapshot.limits, snapshot.wanted));
    int32_t granted_to_all = 0;
    std::map<std::string, int32_t> granted_to_user;
    for (const FleetDemand& fleet : snapshot.fleets) {
      const int32_t count = tally.granted[fleet.fleet_id];
      granted_to_all += count;
      granted_to_user[fleet.creator] += count;
      ASSERT_LE(count, fleet.ready);
      if (count > 0) {
        ASSERT_LE(tally.InFlight(fleet), fleet.cap);
      }
    }
    if (granted_to_all > 0) {
      ASSERT_LE(tally.system, snapshot.limits.system_active);
    }
    for (const auto& [user, count] : granted_to_user) {
      if (count > 0) {
        ASSERT_LE(tally.users[user], snapshot.limits.user_active);
      }
    }
    for (const auto& [pool, count] : tally.given) ASSERT_LE(count, tally.wanted[pool]);
  }
}

TEST_P(AllocatePropertyTest, LeavesNoSlotEmptyThatSomeoneCouldFill) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < kSnapshots; ++i) {
    const Snapshot snapshot = RandomSnapshot(random);
    Tally tally(snapshot, Allocate(snapshot.fleets, snapshot.limits, snapshot.wanted));
    for (const FleetDemand& fleet : snapshot.fleets) {
      ASSERT_FALSE(tally.CouldTakeMore(fleet, snapshot.limits)) << fleet.fleet_id.ToString();
    }
  }
}

// Nobody who could take one more stands two below someone of the same priority and pool who was given one.
TEST_P(AllocatePropertyTest, IsFairBetweenUsersAndBetweenAUsersFleets) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < kSnapshots; ++i) {
    Snapshot snapshot = RandomSnapshot(random);
    for (FleetDemand& fleet : snapshot.fleets) {
      fleet.pool = "pool0";
      fleet.priority = 0;
    }
    snapshot.wanted = {{"pool0", 20}};
    Tally tally(snapshot, Allocate(snapshot.fleets, snapshot.limits, snapshot.wanted));
    for (const FleetDemand& poor : snapshot.fleets) {
      const bool wants_more = tally.granted[poor.fleet_id] < poor.ready && tally.InFlight(poor) < poor.cap;
      if (!wants_more) continue;
      for (const FleetDemand& rich : snapshot.fleets) {
        if (tally.granted[rich.fleet_id] == 0) continue;
        if (rich.creator == poor.creator) {
          ASSERT_LE(tally.InFlight(rich), tally.InFlight(poor) + 1);
        } else if (tally.users[poor.creator] < snapshot.limits.user_active) {
          ASSERT_LE(tally.users[rich.creator], tally.users[poor.creator] + 1);
        }
      }
    }
  }
}

TEST_P(AllocatePropertyTest, DoesNotDependOnTheOrderOfTheSnapshotAndAnswersInIdOrder) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < kSnapshots; ++i) {
    Snapshot snapshot = RandomSnapshot(random);
    const std::vector<FleetGrant> grants = Allocate(snapshot.fleets, snapshot.limits, snapshot.wanted);
    for (std::size_t g = 0; g < grants.size(); ++g) {
      ASSERT_GE(grants[g].count, 1);
      if (g > 0) {
        ASSERT_LT(grants[g - 1].fleet_id, grants[g].fleet_id);
      }
    }
    std::shuffle(snapshot.fleets.begin(), snapshot.fleets.end(), random);
    ASSERT_EQ(Allocate(snapshot.fleets, snapshot.limits, snapshot.wanted), grants);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AllocatePropertyTest, ::testing::Values(1U, 20U, 300U));

}  // namespace
}  // namespace fleet::domain
