#include "services/fleet/api/leased_fleet_cache.h"

#include <gmock/gmock.h>

#include <future>
#include <set>
#include <vector>

#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;

class LeasedFleetCacheTest : public ::testing::Test {
 protected:
  LeasedFleetCacheTest() { stores_.ExpandAll(); }
  std::vector<domain::TaskId> Tasks(std::initializer_list<int32_t> ordinals) const {
    std::vector<domain::TaskId> ids;
    for (const int32_t ordinal : ordinals) ids.push_back({fleet_, ordinal});
    return ids;
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 10};
  const domain::Ulid fleet_ = stores_.CreateFleet({.targets = 10});
  LeasedFleetCache cache_{stores_.details};
};

TEST_F(LeasedFleetCacheTest, GivesEachChildInTheOrderAskedForAndItsGenerationOnce) {
  FLEET_ASSERT_OK_AND_ASSIGN(const LeasedFleetCache::Leased leased, cache_.Read(Tasks({7, 2})));
  ASSERT_EQ(leased.tasks.size(), 2U);
  EXPECT_EQ(leased.tasks[0].repo, testing::TestStores::RepoName(7));
  EXPECT_EQ(leased.tasks[1].repo, testing::TestStores::RepoName(2));
  ASSERT_EQ(leased.generations.size(), 1U);
  const LeasedFleetCache::Generation& generation = *leased.generations.begin()->second;
  EXPECT_EQ(generation.branch, domain::BranchName(fleet_));
  const v1::LeasedFleet& fleet = generation.fleet;
  EXPECT_EQ(fleet.fleet_id(), fleet_.ToString());
  EXPECT_EQ(fleet.workflow().title(), "Nothing");
  EXPECT_EQ(fleet.task_timeout().seconds(), 3600);
}

TEST_F(LeasedFleetCacheTest, AGenerationIsReadOnceHoweverManyAskAtOnce) {
  std::vector<std::future<absl::StatusOr<LeasedFleetCache::Leased>>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(std::async(std::launch::async, [this] { return cache_.Read(Tasks({1, 2, 3})); }));
  }
  std::set<const LeasedFleetCache::Generation*> seen;
  for (auto& call : calls) {
    const auto leased = call.get();
    FLEET_ASSERT_OK(leased);
    for (const auto& [key, generation] : leased->generations) seen.insert(generation.get());
  }
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(LeasedFleetCacheTest, KeepsNoMoreBytesThanItSaysAndAnswersAllTheSame) {
  std::vector<domain::TaskId> ids;
  for (int i = 0; i < 6; ++i) ids.push_back({stores_.CreateFleet({.targets = 1}), 1});
  stores_.ExpandAll();
  stores_.Sql("update fleet_intents set task_description = repeat('y', 4000000)");
  FLEET_ASSERT_OK_AND_ASSIGN(const LeasedFleetCache::Leased leased, cache_.Read(ids));
  EXPECT_EQ(leased.generations.size(), 6U) << "also those that did not fit";
  FLEET_ASSERT_OK_AND_ASSIGN(const LeasedFleetCache::Leased again, cache_.Read(ids));
  int kept = 0;
  for (const auto& [key, generation] : leased.generations) kept += again.generations.at(key) == generation ? 1 : 0;
  EXPECT_LE(kept, 4) << "16 MiB";
}

TEST_F(LeasedFleetCacheTest, WhatCouldNotBeReadIsReadByTheNextCall) {
  stores_.Sql("alter table workflows rename to workflows_away");
  EXPECT_FALSE(cache_.Read(Tasks({1})).ok());
  stores_.Sql("alter table workflows_away rename to workflows");
  FLEET_EXPECT_OK(cache_.Read(Tasks({1})));
  EXPECT_THAT(cache_.Read(Tasks({1, 11})), StatusIs(absl::StatusCode::kInternal)) << "there is no eleventh";
}

}  // namespace
}  // namespace fleet::service
