#include "workers/fan_out/lease_reaper.h"

#include <optional>

#include "absl/time/clock.h"
#include "tests/support/simulated_clock.h"
#include "tests/unit/workers/fan_out/job_fixture.h"

namespace fleet::worker {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::SimulatedClock;
using ::testing::HasSubstr;

constexpr absl::Duration kLease = absl::Seconds(30);

// A runner with three leases that has been silent for an hour, and services that were there all that time.
class LeaseReaperTest : public JobTest {
 protected:
  LeaseReaperTest() {
    fleet_ = stores_.CreateFleet({.targets = 20});
    stores_.ExpandAll();
    runner_ = stores_.RegisterRunner();
    EXPECT_EQ(stores_.Lease(runner_, 1, 3).tasks.size(), 3U);
    stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour'");
    stores_.Sql("insert into services values ('" + service_.ToUuid() +
                "', clock_timestamp() + interval '1 hour', clock_timestamp() - interval '1 hour')");
    reaper_.emplace(stores_.runners, limits_, hints_, metrics_, clock_);
    FLEET_EXPECT_OK(reaper_->RunOnce());  // what a worker sees first it does not judge by
  }
  int Active() { return stores_.GetFleet(fleet_).rollup.Active(); }
  // Passes at the normal pace for `time` of the simulated clock.
  void PassFor(absl::Duration time) {
    for (absl::Duration passed; passed < time; passed += absl::Seconds(5)) {
      clock_.Advance(absl::Seconds(5));
      FLEET_ASSERT_OK(reaper_->RunOnce());
    }
  }

  const domain::Ulid service_ = domain::Ulid::Generate(absl::Now());
  SimulatedClock clock_;
  domain::Ulid fleet_;
  domain::Ulid runner_;
  store::LimitStore limits_{stores_.pool};
  std::optional<LeaseReaper> reaper_;
};

TEST_F(LeaseReaperTest, AWorkerThatJustStartedWaitsOneLeaseFirst) {
  EXPECT_THAT(reaper_->RunOnce(), IsOkAndHolds(false));
  PassFor(kLease - absl::Seconds(5));
  EXPECT_EQ(Active(), 3);
  PassFor(absl::Seconds(5));
  EXPECT_EQ(Active(), 0);
}

TEST_F(LeaseReaperTest, GivesALostRunnersChildrenBackAndSaysSo) {
  HeardHints heard(database_.url());
  PassFor(kLease);
  const domain::Fleet fleet = stores_.GetFleet(fleet_);
  EXPECT_EQ(fleet.rollup.State(domain::TaskState::kQueued), 20);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_runners_lost_total 1"));
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"reclaim\"} 3"));
  EXPECT_TRUE(heard.WaitFor(store::kWorkChannel, "*"));
  EXPECT_TRUE(heard.WaitFor(store::kChangesChannel, "*"));
}

TEST_F(LeaseReaperTest, LeavesARunnerThatIsHeardOf) {
  stores_.Sql("update runners set heartbeat_at = clock_timestamp() + interval '1 hour'");
  PassFor(2 * kLease);
  EXPECT_EQ(Active(), 3);
}

TEST_F(LeaseReaperTest, AfterAGapInItsOwnPassesSilenceMeansNothing) {
  stores_.Sql("update runners set heartbeat_at = clock_timestamp() + interval '1 hour'");
  PassFor(2 * kLease);
  // The worker, and with it perhaps the database, was away for longer than half a lease.
  stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour'");
  clock_.Advance(kLease / 2 + absl::Milliseconds(1));
  FLEET_ASSERT_OK(reaper_->RunOnce());
  EXPECT_EQ(Active(), 3);
  PassFor(kLease - absl::Seconds(5));
  EXPECT_EQ(Active(), 3);
  PassFor(absl::Seconds(5));
  EXPECT_EQ(Active(), 0);
}

TEST_F(LeaseReaperTest, AGapOfHalfALeaseIsNone) {
  stores_.Sql("update runners set heartbeat_at = clock_timestamp() + interval '1 hour'");
  PassFor(2 * kLease);
  stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour'");
  clock_.Advance(kLease / 2);
  FLEET_ASSERT_OK(reaper_->RunOnce());
  EXPECT_EQ(Active(), 0);
}

TEST_F(LeaseReaperTest, WithoutAServiceToHearThemNoRunnerIsLost) {
  stores_.Sql("update services set seen_at = clock_timestamp() - interval '1 minute'");
  PassFor(2 * kLease);
  EXPECT_EQ(Active(), 3);
}

TEST_F(LeaseReaperTest, AServiceThatCameBackMustBeThereForOneLease) {
  stores_.Sql("update services set continuous_since = clock_timestamp() - interval '20 seconds'");
  PassFor(2 * kLease);
  EXPECT_EQ(Active(), 3);
  stores_.Sql("update services set continuous_since = clock_timestamp() - interval '31 seconds'");
  PassFor(absl::Seconds(5));
  EXPECT_EQ(Active(), 0);
}

TEST_F(LeaseReaperTest, GoesOnClearingWhatAnotherMarked) {
  FLEET_ASSERT_OK(stores_.runners.MarkLost(kLease));
  EXPECT_THAT(reaper_->RunOnce(), IsOkAndHolds(true)) << "clearing is no judgement, and waits for nothing";
  EXPECT_EQ(Active(), 0);
}

}  // namespace
}  // namespace fleet::worker
