#include "services/fleet/service_presence.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::service {
namespace {

using ::fleet::testing::TestDatabase;
using ::fleet::testing::TestStores;

class ServicePresenceTest : public ::testing::Test {
 protected:
  // Whether it counts as having been there all the time since it was last made out to be an hour old.
  std::string IsContinuous() {
    return stores_.Sql("select continuous_since < clock_timestamp() - interval '30 minutes' from services");
  }
  void LastSeen(const std::string& ago) {
    stores_.Sql(
        "update services set continuous_since = clock_timestamp() - interval '1 hour', seen_at = "
        "clock_timestamp() - interval '" +
        ago + "'");
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 1};
  store::LimitStore limits_{stores_.pool};
  const domain::Ulid service_id_ = domain::Ulid::Generate(absl::Now());
  ServicePresence presence_{service_id_, {"1.2.3", "host-7"}, limits_, stores_.runners};
};

TEST_F(ServicePresenceTest, IsOneRowHoweverOftenItIsSaid) {
  for (int i = 0; i < 3; ++i) FLEET_ASSERT_OK(presence_.RunOnce());
  EXPECT_EQ(stores_.Sql("select count(*) from services"), "1");
  EXPECT_EQ(stores_.Sql("select service_id from services"), service_id_.ToUuid());
  EXPECT_EQ(stores_.Sql("select version || ' on ' || host from services"), "1.2.3 on host-7");
}

TEST_F(ServicePresenceTest, GoesByTheGapOfTheDatabase) {
  FLEET_ASSERT_OK(presence_.RunOnce());
  LastSeen("5 seconds");
  FLEET_ASSERT_OK(presence_.RunOnce());
  EXPECT_EQ(IsContinuous(), "t");
  LastSeen("40 seconds");
  FLEET_ASSERT_OK(presence_.RunOnce());
  EXPECT_EQ(IsContinuous(), "f");
  // A wider gap, set while it runs, is gone by at once.
  FLEET_ASSERT_OK(limits_.Set(testing::kAlice, {.name = "presence_gap_ms", .scope = "", .value = 60'000}));
  LastSeen("40 seconds");
  FLEET_ASSERT_OK(presence_.RunOnce());
  EXPECT_EQ(IsContinuous(), "t");
}

TEST_F(ServicePresenceTest, SaysWhatTheDatabaseSays) {
  stores_.Sql("alter table services rename to elsewhere");
  EXPECT_FALSE(presence_.RunOnce().ok());
}

}  // namespace
}  // namespace fleet::service
