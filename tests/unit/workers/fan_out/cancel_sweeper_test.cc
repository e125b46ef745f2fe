#include "workers/fan_out/cancel_sweeper.h"

#include "tests/unit/workers/fan_out/job_fixture.h"

namespace fleet::worker {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class CancelSweeperTest : public JobTest {
 protected:
  CancelSweeperTest() {
    fleet_ = stores_.CreateFleet({.targets = 20});
    stores_.ExpandAll();
  }
  void Cancel(absl::Duration grace) {
    FLEET_ASSERT_OK(stores_.fleets.Cancel({"alice"}, fleet_, domain::CancelMode::kStop, grace));
  }
  void RunToTheEnd() {
    for (int step = 0; step < 20; ++step) {
      const auto more = sweeper_.RunOnce();
      FLEET_ASSERT_OK(more);
      if (!*more) return;
    }
    FAIL() << "it does not come to an end";
  }

  domain::Ulid fleet_;
  CancelSweeper sweeper_{stores_.jobs, reporter_};
};

TEST_F(CancelSweeperTest, WithoutACancelThereIsNothingToDo) { EXPECT_THAT(sweeper_.RunOnce(), IsOkAndHolds(false)); }

TEST_F(CancelSweeperTest, EndsQueuedChildrenAndTellsWatchers) {
  HeardHints heard(database_.url());
  Cancel(absl::Hours(1));
  RunToTheEnd();
  EXPECT_EQ(stores_.GetFleet(fleet_).state, domain::FleetState::kCancelled);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"sweep\"} 20"));
  EXPECT_TRUE(heard.WaitFor(store::kChangesChannel, fleet_.ToString()));
}

TEST_F(CancelSweeperTest, LeavesActiveChildrenUntilTheGraceTimeIsOver) {
  const domain::Ulid runner = stores_.RegisterRunner();
  ASSERT_EQ(stores_.Lease(runner, 1, 3).tasks.size(), 3U);
  Cancel(absl::Hours(1));
  RunToTheEnd();
  EXPECT_EQ(stores_.GetFleet(fleet_).state, domain::FleetState::kCancelling);
  EXPECT_EQ(stores_.GetFleet(fleet_).rollup.Active(), 3);
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp()");
  RunToTheEnd();
  EXPECT_EQ(stores_.GetFleet(fleet_).state, domain::FleetState::kCancelled);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"end_stragglers\"} 3"));
}

}  // namespace
}  // namespace fleet::worker
