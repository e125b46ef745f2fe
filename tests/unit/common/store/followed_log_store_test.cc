#include "common/store/followed_log_store.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "common/status/error_info.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::StatusIs;
using ::fleet::testing::TestStores;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FollowedLogStoreTest : public ::testing::Test {
 protected:
  FollowedLogStoreTest() {
    fleet_ = stores_.CreateFleet({.targets = 3});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
    leased_ = stores_.Lease(runner_, 1, 2).tasks;
  }
  domain::TaskId Task(int32_t ordinal) const { return {fleet_, ordinal}; }
  LogChunk Chunk(int32_t ordinal, int64_t start, const std::string& text, int32_t attempt = 1) const {
    return {Task(ordinal), {attempt, start, text}};
  }
  // As someone finds it who knows nothing.
  std::vector<FollowedLog> Read(int32_t ordinal) {
    auto unknown = std::make_shared<FollowedLog>();
    unknown->task = Task(ordinal);
    unknown->attempt = -1;
    auto logs = logs_.ReadChanged({unknown});
    EXPECT_TRUE(logs.ok()) << logs.status();
    return logs.ok() ? *logs : std::vector<FollowedLog>();
  }

  testing::TestDatabase database_;
  TestStores stores_{database_.url(), 5};
  FollowedLogStore logs_{stores_.pool};
  domain::Ulid fleet_;
  domain::Ulid runner_;
  std::vector<GrantedTask> leased_;
};

TEST_F(FollowedLogStoreTest, WhatARunnerSendsIsReadByWhoFollows) {
  ASSERT_THAT(leased_, SizeIs(2));
  FLEET_ASSERT_OK(logs_.Follow(Task(1)));
  EXPECT_THAT(logs_.List(), IsOkAndHolds(ElementsAre(Task(1))));
  EXPECT_THAT(logs_.Add(runner_, {Chunk(1, 0, "one {\"x\"}\n"), Chunk(2, 0, "nobody listens")}),
              IsOkAndHolds(ElementsAre(true, false)));
  EXPECT_THAT(logs_.Add(runner_, {Chunk(1, 10, "zw\xC3\xB6lf\n")}), IsOkAndHolds(ElementsAre(true)));
  const std::vector<FollowedLog> logs = Read(1);
  ASSERT_THAT(logs, SizeIs(1));
  EXPECT_EQ(logs[0].window.text, "one {\"x\"}\nzw\xC3\xB6lf\n");
  EXPECT_EQ(logs[0].window.attempt, 1);
  EXPECT_EQ(logs[0].attempt, 1);
  EXPECT_EQ(logs[0].state, domain::TaskState::kSubmitted);
  EXPECT_EQ(stores_.Sql("select count(*) from followed_logs"), "1");
}

TEST_F(FollowedLogStoreTest, OnlyWhatChangedIsRead) {
  FLEET_ASSERT_OK(logs_.Follow(Task(1)));
  const auto known = std::make_shared<FollowedLog>(Read(1).at(0));
  EXPECT_THAT(logs_.ReadChanged({known}), IsOkAndHolds(IsEmpty()));
  FLEET_ASSERT_OK(logs_.Add(runner_, {Chunk(1, 0, "text")}));
  EXPECT_THAT(logs_.ReadChanged({known}), IsOkAndHolds(SizeIs(1)));
  const auto newer = std::make_shared<FollowedLog>(Read(1).at(0));
  // A stage is news, too.
  stores_.Report(runner_, leased_[0], domain::TaskState::kRunning);
  EXPECT_THAT(logs_.ReadChanged({newer}), IsOkAndHolds(SizeIs(1)));
}

TEST_F(FollowedLogStoreTest, WhatIsOfNoLiveLeaseIsDropped) {
  for (int32_t ordinal = 1; ordinal <= 3; ++ordinal) FLEET_ASSERT_OK(logs_.Follow(Task(ordinal)));
  const domain::Ulid other = stores_.RegisterRunner();
  EXPECT_THAT(logs_.Add(other, {Chunk(1, 0, "another's")}), IsOkAndHolds(ElementsAre(false)));
  EXPECT_THAT(logs_.Add(runner_, {Chunk(1, 0, "attempt 2", 2)}), IsOkAndHolds(ElementsAre(false)));
  EXPECT_THAT(logs_.Add(runner_, {Chunk(3, 0, "not leased")}), IsOkAndHolds(ElementsAre(false)));
  stores_.Report(runner_, leased_[0], domain::TaskState::kCompleted);
  EXPECT_THAT(logs_.Add(runner_, {Chunk(1, 0, "ended")}), IsOkAndHolds(ElementsAre(false)));
  EXPECT_EQ(stores_.Sql("select count(*) from followed_logs where log <> ''"), "0");
}

TEST_F(FollowedLogStoreTest, ARowHoldsABoundedEnd) {
  FLEET_ASSERT_OK(logs_.Follow(Task(1)));
  for (int64_t i = 0; i < 5; ++i) {
    FLEET_ASSERT_OK(logs_.Add(runner_, {Chunk(1, i * 16384, std::string(16384, static_cast<char>('a' + i)))}));
  }
  EXPECT_EQ(stores_.Sql("select octet_length(log) || ' ' || log_start || ' ' || right(log, 1) from followed_logs"),
            "32768 49152 e");
}

TEST_F(FollowedLogStoreTest, NobodyFollowsWhatNobodyAskedForLately) {
  FLEET_ASSERT_OK(logs_.Follow(Task(1)));
  stores_.Sql("update followed_logs set followed_until = clock_timestamp() - interval '1 second'");
  EXPECT_THAT(logs_.List(), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(logs_.Add(runner_, {Chunk(1, 0, "text")}), IsOkAndHolds(ElementsAre(false)));
  EXPECT_EQ(stores_.Sql("select count(*) from followed_logs"), "1") << "they may come back";
  FLEET_ASSERT_OK(logs_.FollowOn({Task(1), Task(2)}));
  EXPECT_THAT(logs_.List(), IsOkAndHolds(SizeIs(2)));
  stores_.Sql("update followed_logs set followed_until = clock_timestamp() - interval '2 minutes'");
  FLEET_ASSERT_OK(logs_.List());
  EXPECT_EQ(stores_.Sql("select count(*) from followed_logs"), "0");
}

TEST_F(FollowedLogStoreTest, TooManyAreRefusedAndThoseThatAreThereAreNot) {
  stores_.Sql(
      "insert into followed_logs (fleet_id, ordinal, followed_until) "
      "select gen_random_uuid(), 1, clock_timestamp() + interval '1 minute' from generate_series(1, 99)");
  FLEET_ASSERT_OK(logs_.Follow(Task(1)));
  const absl::Status refused = logs_.Follow(Task(2));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(GetErrorInfo(refused).reason, "LOG_FOLLOWERS_LIMIT");
  FLEET_EXPECT_OK(logs_.Follow(Task(1)));
}

}  // namespace
}  // namespace fleet::store
