#include "common/dispatch/watch_hub.h"

#include <gmock/gmock.h>

#include <atomic>
#include <list>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/dispatch/watch_fixture.h"

namespace fleet::dispatch {
namespace {

using ::fleet::testing::SimulatedClock;
using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
using ::testing::ElementsAre;
using Kind = WatchUpdate::Kind;

std::vector<int32_t> Ordinals(const WatchUpdate& update) {
  std::vector<int32_t> ordinals;
  for (const auto& chunk : update.tasks) {
    for (const store::TaskRecord& task : chunk->tasks) ordinals.push_back(task.task.id.ordinal);
  }
  return ordinals;
}

class WatchHubTest : public ::testing::Test {
 protected:
  WatchHubTest() {
    options_.poll_interval = absl::Hours(1);
    options_.min_interval = absl::ZeroDuration();
    options_.bookmark_interval = absl::Hours(10);
    feed_.Change(id_);
  }
  void Start() { hub_.emplace(feed_.Functions(), clock_, options_); }
  // Commits a change and lets the hub know.
  int64_t ChangeAndWake(int32_t ordinal = 1, domain::FleetState state = domain::FleetState::kRunning) {
    const int64_t revision = feed_.Change(id_, ordinal, state);
    hub_->Wake({id_});
    return revision;
  }
  // Until the hub has looked at everything it was woken for so far.
  void Settle() {
    const int before = feed_.revision_reads();
    hub_->WakeAll();
    ASSERT_TRUE(WaitUntil([&] { return feed_.revision_reads() > before; }));
    const int between = feed_.revision_reads();
    hub_->WakeAll();
    ASSERT_TRUE(WaitUntil([&] { return feed_.revision_reads() > between; }));
  }

  const domain::Ulid id_ = domain::Ulid::Generate(absl::FromUnixSeconds(1));
  SimulatedClock clock_;
  WatchHub::Options options_;
  FakeFeed feed_;
  std::optional<WatchHub> hub_;
};

TEST_F(WatchHubTest, TellsAWatcherThatIsBehindAtOnce) {
  Start();
  TestWatcher watcher(*hub_, id_, 0);
  const auto update = watcher.Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->kind, Kind::kChange);
  EXPECT_EQ(update->revision, 1);
  ASSERT_NE(update->fleet, nullptr);
  EXPECT_EQ(update->fleet->fleet.revision, 1);
  EXPECT_FALSE(update->is_last);
}

TEST_F(WatchHubTest, TellsAnUpToDateWatcherNothingUntilSomethingChanges) {
  Start();
  TestWatcher watcher(*hub_, id_, 1);
  Settle();
  EXPECT_EQ(watcher.Take(), nullptr);
  EXPECT_EQ(watcher.ready(), 0);
  ChangeAndWake();
  ASSERT_TRUE(WaitUntil([&] { return watcher.ready() == 1; }));
  EXPECT_EQ(watcher.Take()->revision, 2);
}

TEST_F(WatchHubTest, ReadsAFleetOncePerChangeHoweverManyWatch) {
  Start();
  std::list<TestWatcher> watchers;
  for (int i = 0; i < 100; ++i) watchers.emplace_back(*hub_, id_, 1, i % 2 == 0);
  EXPECT_EQ(hub_->watchers(), 100U);
  Settle();
  const int fleet_reads = feed_.fleet_reads();
  const int change_reads = feed_.change_reads();
  ChangeAndWake(7);
  for (TestWatcher& watcher : watchers) {
    const auto update = watcher.Next();
    ASSERT_NE(update, nullptr);
    EXPECT_EQ(update->revision, 2);
  }
  Settle();
  EXPECT_EQ(feed_.fleet_reads() - fleet_reads, 1);
  EXPECT_EQ(feed_.change_reads() - change_reads, 1);
}

TEST_F(WatchHubTest, DoesNotReadAFleetThatDidNotChange) {
  Start();
  TestWatcher watcher(*hub_, id_, 1);
  Settle();
  Settle();
  EXPECT_EQ(feed_.fleet_reads(), 0);
}

TEST_F(WatchHubTest, GivesChangedChildrenOnlyToThoseWhoAsk) {
  Start();
  TestWatcher plain(*hub_, id_, 1);
  TestWatcher detailed(*hub_, id_, 1, true);
  ChangeAndWake(7);
  EXPECT_THAT(Ordinals(*plain.Next()), ElementsAre());
  EXPECT_THAT(Ordinals(*detailed.Next()), ElementsAre(7));
}

TEST_F(WatchHubTest, ASlowWatcherGetsAllItMissedInOneUpdate) {
  Start();
  TestWatcher watcher(*hub_, id_, 1, true);
  for (int32_t ordinal = 2; ordinal <= 5; ++ordinal) {
    ChangeAndWake(ordinal);
    Settle();
  }
  const auto update = watcher.Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->revision, 5);
  EXPECT_EQ(update->fleet->fleet.revision, 5);
  EXPECT_THAT(Ordinals(*update), ElementsAre(2, 3, 4, 5));
  EXPECT_EQ(watcher.Take(), nullptr);
}

TEST_F(WatchHubTest, ReadsALongBacklogInPieces) {
  feed_.SetRowsPerRead(2);
  Start();
  for (int32_t ordinal = 2; ordinal <= 7; ++ordinal) feed_.Change(id_, ordinal);
  TestWatcher watcher(*hub_, id_, 0, true);
  std::vector<int32_t> seen;
  int64_t revision = 0;
  while (revision < 7) {
    const auto update = watcher.Next();
    ASSERT_NE(update, nullptr) << "stopped at revision " << revision;
    ASSERT_GT(update->revision, revision);
    revision = update->revision;
    for (const int32_t ordinal : Ordinals(*update)) seen.push_back(ordinal);
  }
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST_F(WatchHubTest, TheLastUpdateIsMarkedAndComesOnce) {
  Start();
  TestWatcher plain(*hub_, id_, 1);
  TestWatcher detailed(*hub_, id_, 1, true);
  ChangeAndWake(1, domain::FleetState::kCompleted);
  for (TestWatcher* watcher : {&plain, &detailed}) {
    const auto update = watcher->Next();
    ASSERT_NE(update, nullptr);
    EXPECT_TRUE(update->is_last);
    Settle();
    EXPECT_EQ(watcher->Take(), nullptr);
  }
}

TEST_F(WatchHubTest, TheEndIsToldWithTheWholeBacklog) {
  feed_.SetRowsPerRead(1);
  // The hub looks once: what it tells then is not completed before it is taken.
  options_.min_interval = absl::Hours(1);
  Start();
  for (int32_t ordinal = 2; ordinal <= 4; ++ordinal) feed_.Change(id_, ordinal, domain::FleetState::kFailed);
  TestWatcher watcher(*hub_, id_, 1, true);
  const auto update = watcher.Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->revision, 4);
  EXPECT_TRUE(update->is_last);
  EXPECT_THAT(Ordinals(*update), ElementsAre(2, 3, 4));
}

TEST_F(WatchHubTest, AGapInTheFeedRestartsThoseWhoWatchChildren) {
  Start();
  TestWatcher plain(*hub_, id_, 1);
  TestWatcher detailed(*hub_, id_, 1, true);
  Settle();
  feed_.Change(id_);
  feed_.Trim(id_, 2);
  ChangeAndWake();
  EXPECT_EQ(detailed.Next()->kind, Kind::kRestart);
  EXPECT_EQ(plain.Next()->kind, Kind::kChange) << "a rollup is whole whatever was missed";
}

TEST_F(WatchHubTest, ARevisionThatWentBackRestartsEveryWatcher) {
  for (int i = 0; i < 4; ++i) feed_.Change(id_);
  Start();
  TestWatcher plain(*hub_, id_, 5);
  TestWatcher detailed(*hub_, id_, 5, true);
  Settle();
  feed_.Truncate(id_, 3);
  hub_->Wake({id_});
  EXPECT_EQ(plain.Next()->kind, Kind::kRestart);
  EXPECT_EQ(detailed.Next()->kind, Kind::kRestart);
}

TEST_F(WatchHubTest, ATokenFromTheFutureRestarts) {
  Start();
  TestWatcher watcher(*hub_, id_, 99);
  EXPECT_EQ(watcher.Next()->kind, Kind::kRestart);
}

TEST_F(WatchHubTest, OneWhoSubscribesWhileTheFleetIsReadIsNotRestarted) {
  std::optional<TestWatcher> late;
  WatchHub::Feed feed = feed_.Functions();
  feed.read_fleets = [&, read = feed.read_fleets](const std::vector<domain::Ulid>& ids) {
    auto records = read(ids);
    // The next change is committed, and a stream that has seen it comes here, before the hub tells of this one.
    if (!late.has_value()) late.emplace(*hub_, id_, feed_.Change(id_));
    return records;
  };
  hub_.emplace(feed, clock_, options_);
  TestWatcher early(*hub_, id_, 0);
  ASSERT_NE(early.Next(), nullptr);
  Settle();
  EXPECT_EQ(late->Take(), nullptr) << "it has seen everything";
  ChangeAndWake();
  const auto update = late->Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->kind, Kind::kChange);
  EXPECT_EQ(update->revision, 3);
  hub_->Stop();
}

TEST_F(WatchHubTest, AnIdleWatcherIsToldSoWithItsRevision) {
  options_.bookmark_interval = absl::Seconds(15);
  Start();
  clock_.Advance(absl::Seconds(1));
  TestWatcher watcher(*hub_, id_, 0);
  EXPECT_EQ(watcher.Next()->kind, Kind::kChange);
  clock_.Advance(absl::Seconds(14));
  Settle();
  EXPECT_EQ(watcher.Take(), nullptr);
  clock_.Advance(absl::Seconds(1));
  hub_->WakeAll();
  const auto bookmark = watcher.Next();
  ASSERT_NE(bookmark, nullptr);
  EXPECT_EQ(bookmark->kind, Kind::kBookmark);
  EXPECT_EQ(bookmark->revision, 1);
  Settle();
  EXPECT_EQ(watcher.Take(), nullptr) << "one a time, not one a pass";
}

TEST_F(WatchHubTest, FindsAChangeByPollingWhenTheWakeIsLost) {
  options_.poll_interval = absl::Milliseconds(10);
  WatchHub hub(feed_.Functions(), Clock::System(), options_);
  TestWatcher watcher(hub, id_, 1);
  feed_.Change(id_);
  const auto update = watcher.Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->revision, 2);
}

TEST_F(WatchHubTest, AFleetThatIsAlwaysWokenDoesNotKeepAnotherFromBeingPolled) {
  options_.poll_interval = absl::Milliseconds(10);
  const domain::Ulid busy = domain::Ulid::Generate(absl::FromUnixSeconds(2));
  feed_.Change(busy);
  // Woken again during each pass, so that the next never has to wait.
  std::atomic<WatchHub*> woken = nullptr;
  WatchHub::Feed feed = feed_.Functions();
  feed.read_revisions = [&, read = feed.read_revisions](const std::vector<domain::Ulid>& ids) {
    if (WatchHub* hub = woken) hub->Wake({busy});
    return read(ids);
  };
  WatchHub hub(feed, Clock::System(), options_);
  TestWatcher of_busy(hub, busy, 1);
  TestWatcher of_quiet(hub, id_, 1);
  woken = &hub;
  hub.Wake({busy});
  const int passes = feed_.revision_reads();
  ASSERT_TRUE(WaitUntil([&] { return feed_.revision_reads() > passes + 10; }));
  feed_.Change(id_);
  const auto update = of_quiet.Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->revision, 2);
}

TEST_F(WatchHubTest, ChangesWithinTheMinimumIntervalAreToldAsOne) {
  options_.min_interval = absl::Seconds(10);  // of the simulated clock
  Start();
  TestWatcher watcher(*hub_, id_, 0);
  EXPECT_EQ(watcher.Next()->revision, 1);
  ChangeAndWake();
  ChangeAndWake();
  EXPECT_EQ(watcher.Take(), nullptr);
  const int reads = feed_.fleet_reads();
  clock_.Advance(absl::Seconds(10));
  hub_->WakeAll();
  const auto update = watcher.Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->revision, 3);
  EXPECT_EQ(feed_.fleet_reads(), reads + 1);
}

TEST_F(WatchHubTest, SurvivesADatabaseThatIsAway) {
  Start();
  TestWatcher watcher(*hub_, id_, 1, true);
  feed_.SetFailing(true);
  ChangeAndWake();
  Settle();
  EXPECT_EQ(watcher.Take(), nullptr);
  feed_.SetFailing(false);
  hub_->Wake({id_});
  const auto update = watcher.Next();
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->revision, 2);
}

TEST_F(WatchHubTest, AnUnsubscribedWatcherIsToldNothing) {
  Start();
  TestWatcher watcher(*hub_, id_, 1);
  TestWatcher other(*hub_, id_, 1);
  watcher.Unsubscribe();
  watcher.Unsubscribe();
  EXPECT_EQ(hub_->watchers(), 1U);
  ChangeAndWake();
  ASSERT_NE(other.Next(), nullptr);
  Settle();
  EXPECT_EQ(watcher.Take(), nullptr);
  other.Unsubscribe();
  EXPECT_EQ(hub_->watchers(), 0U);
}

TEST_F(WatchHubTest, StopEndsEveryWatchOnce) {
  Start();
  TestWatcher idle(*hub_, id_, 1);
  EXPECT_EQ(idle.Take(), nullptr);
  TestWatcher behind(*hub_, id_, 0);
  hub_->Stop();
  hub_->Stop();
  TestWatcher late(*hub_, id_, 0);
  for (TestWatcher* watcher : {&idle, &behind, &late}) {
    const auto update = watcher->Take();
    ASSERT_NE(update, nullptr);
    EXPECT_EQ(update->kind, Kind::kEnd);
    EXPECT_THAT(update->status, StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_EQ(watcher->Take(), nullptr);
  }
  EXPECT_EQ(idle.ready(), 1);
  EXPECT_EQ(hub_->watchers(), 0U);
}

// Watchers come and go while the fleet changes: each that stays sees every change, in order, and the end.
TEST_F(WatchHubTest, NoWatcherMissesAChangeOrStepsBackUnderStress) {
  constexpr int kWatchers = 12;
  constexpr int kChanges = 400;
  options_.poll_interval = absl::Milliseconds(5);
  options_.min_interval = absl::Milliseconds(1);
  WatchHub hub(feed_.Functions(), Clock::System(), options_);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWatchers; ++i) {
    threads.emplace_back([&, i] {
      std::set<int32_t> seen;
      int64_t revision = 0;
      bool ended = false;
      while (!ended) {
        // Some resubscribe at their revision after every update.
        TestWatcher watcher(hub, id_, revision, i % 3 != 0);
        do {
          const auto update = watcher.Next();
          if (update == nullptr || update->kind != Kind::kChange || update->revision < revision ||
              update->fleet->fleet.revision < update->revision) {
            ++wrong;
            return;
          }
          revision = update->revision;
          ended = update->is_last;
          for (const int32_t ordinal : Ordinals(*update)) seen.insert(ordinal);
        } while (!ended && i % 2 == 0);
      }
      // Revision 1 changed child 1, revision n + 1 child n + 1.
      if (revision != kChanges + 1 || (i % 3 != 0 && seen.size() != kChanges + 1)) ++wrong;
    });
  }
  std::mt19937 random(1);
  for (int32_t change = 1; change <= kChanges; ++change) {
    feed_.Change(id_, change + 1, change == kChanges ? domain::FleetState::kCompleted : domain::FleetState::kRunning);
    if (random() % 3 != 0) hub.Wake({id_});
    if (random() % 10 == 0) std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(WatchHubTest, TellsHowOldAChangeIsWhenItIsTold) {
  std::vector<absl::Duration> lags;  // of the hub's thread, until it has stopped
  options_.observe_lag = [&](absl::Duration lag) { lags.push_back(lag); };
  clock_.Advance(absl::Seconds(1));
  feed_.SetAge(absl::Milliseconds(40));
  Start();
  TestWatcher watcher(*hub_, id_, 1);
  Settle();
  ChangeAndWake();
  ASSERT_NE(watcher.Next(), nullptr);
  hub_->Stop();
  EXPECT_THAT(lags, ElementsAre(absl::Milliseconds(40)));
}

TEST_F(WatchHubTest, WhatAWatcherMissedWhileItWasAwayIsNoLag) {
  std::vector<absl::Duration> lags;
  options_.observe_lag = [&](absl::Duration lag) { lags.push_back(lag); };
  clock_.Advance(absl::Seconds(1));
  feed_.SetAge(absl::Hours(1));
  Start();
  TestWatcher watcher(*hub_, id_, 0);
  ASSERT_NE(watcher.Next(), nullptr);
  Settle();
  hub_->Stop();
  EXPECT_THAT(lags, ::testing::IsEmpty());
}

}  // namespace
}  // namespace fleet::dispatch
