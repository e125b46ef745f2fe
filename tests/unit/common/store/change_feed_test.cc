#include "common/store/change_feed.h"

#include <gmock/gmock.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using domain::TaskState;
using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class ChangeFeedTest : public ::testing::Test {
 protected:
  ChangeFeedTest() {
    fleet_ = stores_.CreateFleet({.targets = 10});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
  }
  int64_t Revision() { return stores_.GetFleet(fleet_).revision; }
  ChangedTasks Read(int64_t after, int64_t until) {
    const auto changes = stores_.feed.ReadChanges(fleet_, after, until);
    EXPECT_THAT(changes, testing::IsOk());
    return changes.value_or(ChangedTasks());
  }
  static std::set<int32_t> Ordinals(const ChangedTasks& changes) {
    std::set<int32_t> ordinals;
    for (const TaskRecord& record : changes.tasks) ordinals.insert(record.task.id.ordinal);
    return ordinals;
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 12};
  domain::Ulid fleet_;
  domain::Ulid runner_;
};

TEST_F(ChangeFeedTest, TellsExactlyTheChildrenThatChanged) {
  const int64_t before = Revision();
  const LeaseAnswer lease = stores_.Lease(runner_, 1, 3);
  ASSERT_EQ(lease.tasks.size(), 3U);
  const int64_t leased = Revision();
  EXPECT_EQ(leased, before + 1) << "one batch, one revision";
  ChangedTasks changes = Read(before, leased);
  EXPECT_TRUE(changes.contiguous);
  EXPECT_EQ(changes.revision, leased);
  EXPECT_FALSE(changes.more);
  EXPECT_EQ(Ordinals(changes), (std::set<int32_t>{1, 2, 3}));

  stores_.Report(runner_, lease.tasks[1], TaskState::kFailed, domain::FailureCategory::kConfig);
  changes = Read(leased, Revision());
  EXPECT_EQ(Ordinals(changes), (std::set<int32_t>{2}));
  EXPECT_EQ(changes.tasks[0].task.state, TaskState::kFailed);
}

TEST_F(ChangeFeedTest, TheWholeHistoryHoldsEveryChild) {
  const ChangedTasks changes = Read(0, Revision());
  EXPECT_TRUE(changes.contiguous);
  EXPECT_EQ(Ordinals(changes).size(), 10U);
}

TEST_F(ChangeFeedTest, NothingNewIsContiguousAndEmpty) {
  const ChangedTasks changes = Read(Revision(), Revision());
  EXPECT_TRUE(changes.contiguous);
  EXPECT_TRUE(changes.tasks.empty());
  EXPECT_EQ(changes.revision, Revision());
}

TEST_F(ChangeFeedTest, ReadsNoFurtherThanAsked) {
  const int64_t before = Revision();
  stores_.Lease(runner_, 1, 1);
  stores_.Lease(runner_, 2, 1);
  const ChangedTasks changes = Read(before, before + 1);
  EXPECT_EQ(changes.revision, before + 1);
  EXPECT_EQ(Ordinals(changes), (std::set<int32_t>{1}));
}

TEST_F(ChangeFeedTest, ATrimmedFeedIsNotContiguous) {
  const int64_t before = Revision();
  stores_.Lease(runner_, 1, 1);
  stores_.Lease(runner_, 2, 1);
  stores_.Sql(absl::StrCat("delete from fleet_changes where revision <= ", before + 1));
  EXPECT_FALSE(Read(before, before + 2).contiguous);
  EXPECT_TRUE(Read(before + 1, before + 2).contiguous);
  stores_.Sql("delete from fleet_changes");
  EXPECT_FALSE(Read(before + 1, before + 2).contiguous);
}

TEST_F(ChangeFeedTest, ALongHistoryIsReadInPieces) {
  stores_.Sql(absl::StrCat("insert into fleet_changes select '", fleet_.ToUuid(), "', n, null, null, '{1}' ",
                           "from generate_series(", Revision() + 1, ", ", Revision() + 500,
                           ") n; update fleets set revision = revision + 500"));
  const int64_t newest = Revision();
  int64_t revision = 0;
  int reads = 0;
  while (revision < newest) {
    const ChangedTasks changes = Read(revision, newest);
    ASSERT_TRUE(changes.contiguous);
    ASSERT_GT(changes.revision, revision);
    EXPECT_EQ(changes.more, changes.revision < newest);
    revision = changes.revision;
    ++reads;
  }
  EXPECT_GT(reads, 1);
}

TEST_F(ChangeFeedTest, ReadsTheFleetsThatExist) {
  const domain::Ulid unknown = domain::Ulid::Generate(absl::Now());
  const auto revisions = stores_.feed.ReadRevisions({fleet_, unknown});
  FLEET_ASSERT_OK(revisions);
  EXPECT_THAT(*revisions, ElementsAre(Pair(fleet_, Revision())));
  const auto fleets = stores_.feed.ReadFleets({unknown, fleet_});
  FLEET_ASSERT_OK(fleets);
  ASSERT_EQ(fleets->size(), 1U);
  EXPECT_EQ(fleets->at(fleet_).fleet.revision, Revision());
  EXPECT_EQ(fleets->at(fleet_).intent.workflow_ref, testing::TestStores::kWorkflow);
  EXPECT_THAT(stores_.feed.ReadChanges(unknown, 0, 1), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ChangeFeedTest, ATimelineIsKnown) {
  const auto timeline = stores_.feed.ReadTimeline();
  FLEET_ASSERT_OK(timeline);
  EXPECT_GE(*timeline, 1);
}

}  // namespace
}  // namespace fleet::store
