// One large fleet does not hold up a small one of somebody else.
#include <gmock/gmock.h>

#include "tests/support/invariant_checker.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using ::testing::SizeIs;

TEST(FairnessTest, ASmallFleetStartsWithTheNextSlotsThatALargeOneAtTheSystemCapFrees) {
  TestDatabase database;
  TestStores stores(database.url(), 3000);
  InvariantChecker checker(database.url(), InvariantChecker::Mode::kOnDemand);
  stores.Sql("update limits set value = 20 where name in ('system_active', 'user_active')");
  const domain::Ulid large = stores.CreateFleet({.creator = "alice", .targets = 3000});
  stores.ExpandAll();
  const domain::Ulid runner = stores.RegisterRunner();
  const auto held = stores.Lease(runner, 1, 500).tasks;
  ASSERT_THAT(held, SizeIs(20)) << "it runs at the system cap";
  FLEET_ASSERT_OK(checker.Look());

  const domain::Ulid small = stores.CreateFleet({.creator = "bob", .targets = 3});
  stores.ExpandAll();
  ASSERT_THAT(stores.Lease(runner, 2, 500).tasks, SizeIs(0)) << "no slot is free";
  for (std::size_t i = 0; i < 5; ++i) stores.Report(runner, held[i], domain::TaskState::kCompleted);
  const auto next = stores.Lease(runner, 2, 500).tasks;
  ASSERT_THAT(next, SizeIs(5));
  int of_small = 0;
  for (const store::GrantedTask& task : next) of_small += task.id.fleet_id == small ? 1 : 0;
  EXPECT_EQ(of_small, 3) << "all of it, although 2,980 children of the other came before";
  EXPECT_EQ(stores.GetFleet(large).rollup.Active(), 17);
  FLEET_EXPECT_OK(checker.Finish());
}

}  // namespace
}  // namespace fleet::testing
