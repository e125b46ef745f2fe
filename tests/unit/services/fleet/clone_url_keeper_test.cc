#include "services/fleet/clone_url_keeper.h"

#include "gtest/gtest.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::service {
namespace {

using ::fleet::testing::TestDatabase;
using ::fleet::testing::TestStores;

TEST(CloneUrlKeeperTest, GoesThroughWhatIsThereAndBeginsAnew) {
  TestDatabase database;
  TestStores stores(database.url(), 3);
  stores.Sql("delete from clone_url_keys");
  CloneUrlKeeper keeper(stores.catalog);
  EXPECT_EQ(keeper.RunOnce(), PeriodicLoop::Next::kAgain);
  EXPECT_EQ(keeper.RunOnce(), PeriodicLoop::Next::kWait);
  EXPECT_EQ(stores.Sql("select count(*) from clone_url_keys"), "3");
  // The next round finds what came behind its back.
  stores.Sql("delete from clone_url_keys");
  EXPECT_EQ(keeper.RunOnce(), PeriodicLoop::Next::kAgain);
  EXPECT_EQ(stores.Sql("select count(*) from clone_url_keys"), "3");
}

TEST(CloneUrlKeeperTest, WaitsWhenTheDatabaseDoesNotAnswer) {
  TestDatabase database;
  TestStores stores(database.url(), 1);
  stores.Sql("alter table clone_url_keys rename to elsewhere");
  CloneUrlKeeper keeper(stores.catalog);
  EXPECT_EQ(keeper.RunOnce(), PeriodicLoop::Next::kWait);
}

}  // namespace
}  // namespace fleet::service
