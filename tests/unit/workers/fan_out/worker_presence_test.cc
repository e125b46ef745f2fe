#include "workers/fan_out/worker_presence.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::worker {
namespace {

class WorkerPresenceTest : public ::testing::Test {
 protected:
  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 1};
  store::SystemStore system_{stores_.pool};
  const domain::Ulid worker_id_ = domain::Ulid::Generate(absl::Now());
  WorkerPresence presence_{worker_id_, {"1.2.3", "host-7"}, system_};
};

TEST_F(WorkerPresenceTest, IsOneRowHoweverOftenItIsSaid) {
  for (int i = 0; i < 3; ++i) FLEET_ASSERT_OK(presence_.RunOnce());
  EXPECT_EQ(stores_.Sql("select count(*) from worker_presence"), "1");
  EXPECT_EQ(stores_.Sql("select worker_id from worker_presence"), worker_id_.ToUuid());
  EXPECT_EQ(stores_.Sql("select version || ' on ' || host from worker_presence"), "1.2.3 on host-7");
}

TEST_F(WorkerPresenceTest, SaysWhatTheDatabaseSays) {
  stores_.Sql("alter table worker_presence rename to elsewhere");
  EXPECT_FALSE(presence_.RunOnce().ok());
}

}  // namespace
}  // namespace fleet::worker
