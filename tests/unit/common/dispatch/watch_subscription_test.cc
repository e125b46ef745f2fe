// WatchSubscription has no public way in but the hub's.
#include <gmock/gmock.h>

#include <optional>

#include "tests/support/simulated_clock.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/dispatch/watch_fixture.h"

namespace fleet::dispatch {
namespace {

using ::fleet::testing::SimulatedClock;
using ::fleet::testing::WaitUntil;
using Kind = WatchUpdate::Kind;

class WatchSubscriptionTest : public ::testing::Test {
 protected:
  WatchSubscriptionTest() {
    WatchHub::Options options;
    options.poll_interval = absl::Hours(1);
    options.min_interval = absl::ZeroDuration();
    options.bookmark_interval = absl::Seconds(15);
    feed_.Change(id_);
    clock_.Advance(absl::Seconds(1));
    hub_.emplace(feed_.Functions(), clock_, options);
  }
  void PassAndSettle() {
    for (int pass = 0; pass < 2; ++pass) {
      const int before = feed_.revision_reads();
      hub_->WakeAll();
      ASSERT_TRUE(WaitUntil([&] { return feed_.revision_reads() > before; }));
    }
  }
  void Change(domain::FleetState state = domain::FleetState::kRunning) {
    feed_.Change(id_, 1, state);
    PassAndSettle();
  }

  const domain::Ulid id_ = domain::Ulid::Generate(absl::FromUnixSeconds(1));
  SimulatedClock clock_;
  FakeFeed feed_;
  std::optional<WatchHub> hub_;
};

TEST_F(WatchSubscriptionTest, CallsReadyOnceForEachTimeItHadNothing) {
  TestWatcher watcher(*hub_, id_, 1);
  Change();
  Change();
  EXPECT_EQ(watcher.ready(), 0) << "nobody asked";
  EXPECT_EQ(watcher.Take()->revision, 3);
  EXPECT_EQ(watcher.Take(), nullptr);
  Change();
  Change();
  EXPECT_EQ(watcher.ready(), 1);
  EXPECT_EQ(watcher.Take()->revision, 5);
  EXPECT_EQ(watcher.Take(), nullptr);
  Change();
  EXPECT_EQ(watcher.ready(), 2);
}

TEST_F(WatchSubscriptionTest, AWatcherThatLetsTooManyChildrenPileUpStartsOver) {
  feed_.SetTasksPerChange(9000);
  TestWatcher slow(*hub_, id_, 1, true);
  TestWatcher fast(*hub_, id_, 1, true);
  for (int i = 0; i < 3; ++i) {
    Change();
    EXPECT_EQ(fast.Next()->kind, Kind::kChange);
  }
  const auto update = slow.Take();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->kind, Kind::kRestart);
  EXPECT_TRUE(update->tasks.empty()) << "what piled up is let go";
}

TEST_F(WatchSubscriptionTest, AfterARestartNothingFollowsUntilItIsTaken) {
  feed_.SetTasksPerChange(9000);
  TestWatcher slow(*hub_, id_, 1, true);
  for (int i = 0; i < 5; ++i) Change();
  EXPECT_EQ(slow.Take()->kind, Kind::kRestart);
}

TEST_F(WatchSubscriptionTest, ABookmarkGivesWayToAChange) {
  TestWatcher watcher(*hub_, id_, 1);
  PassAndSettle();
  clock_.Advance(absl::Seconds(15));
  PassAndSettle();  // a bookmark lies ready
  Change();
  const auto update = watcher.Take();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->kind, Kind::kChange);
  EXPECT_EQ(update->revision, 2);
  EXPECT_EQ(watcher.Take(), nullptr);
}

TEST_F(WatchSubscriptionTest, ABookmarkDoesNotReplaceAChange) {
  TestWatcher watcher(*hub_, id_, 1);
  Change();
  clock_.Advance(absl::Minutes(1));
  PassAndSettle();
  EXPECT_EQ(watcher.Take()->kind, Kind::kChange);
}

TEST_F(WatchSubscriptionTest, AnEndThatWasAboutToBeToldStaysTold) {
  TestWatcher watcher(*hub_, id_, 1);
  Change(domain::FleetState::kCompleted);
  hub_->Stop();
  const auto update = watcher.Take();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->kind, Kind::kChange);
  EXPECT_TRUE(update->is_last);
}

}  // namespace
}  // namespace fleet::dispatch
