#include "workers/fan_out/fleet_steward.h"

#include "tests/support/simulated_clock.h"
#include "tests/unit/workers/fan_out/job_fixture.h"

namespace fleet::worker {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class FleetStewardTest : public JobTest {
 protected:
  FleetStewardTest() {
    fleet_ = stores_.CreateFleet({.targets = 20});
    stores_.ExpandAll();
  }

  domain::Ulid fleet_;
  testing::SimulatedClock clock_;
  FleetSteward steward_{stores_.jobs, reporter_, clock_};
};

TEST_F(FleetStewardTest, WithoutADeadlineOrARetryThereIsNothingToDo) {
  EXPECT_THAT(steward_.RunOnce(), IsOkAndHolds(false));
}

TEST_F(FleetStewardTest, ReturnsChosenChildrenAndWakesDispatchers) {
  FLEET_ASSERT_OK(stores_.controls.CancelTask({"bob"}, fleet_, testing::TestStores::RepoName(3)));
  store::NewGeneration request;
  request.fleet_id = fleet_;
  request.states = {domain::TaskState::kCancelled};
  FLEET_ASSERT_OK(stores_.redrives.Retry(testing::kBob, request));
  HeardHints heard(database_.url());
  EXPECT_THAT(steward_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(stores_.GetTask({fleet_, 3}).state, domain::TaskState::kQueued);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"redrive\"} 1"));
  EXPECT_TRUE(heard.WaitFor(store::kWorkChannel, fleet_.ToString()));
  EXPECT_TRUE(heard.WaitFor(store::kChangesChannel, fleet_.ToString()));
}

TEST_F(FleetStewardTest, ClosesAFleetAtItsDeadline) {
  FLEET_ASSERT_OK(
      stores_.controls.Update({"bob"}, fleet_, {.sets_deadline = true, .deadline = absl::Now() + absl::Hours(1)}));
  EXPECT_THAT(steward_.RunOnce(), IsOkAndHolds(false));
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  EXPECT_THAT(steward_.RunOnce(), IsOkAndHolds(true));
  EXPECT_TRUE(stores_.GetFleet(fleet_).expired);
}

TEST_F(FleetStewardTest, LooksForOldChildrenEveryFewSeconds) {
  stores_.Sql("update limits set value = 60 where name = 'queue_age_seconds'");
  EXPECT_THAT(steward_.RunOnce(), IsOkAndHolds(false));
  stores_.Sql("update fleets set queue_since = queue_since - interval '1 hour'");
  EXPECT_THAT(steward_.RunOnce(), IsOkAndHolds(false)) << "it has just looked";
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(steward_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(stores_.GetFleet(fleet_).state, domain::FleetState::kFailed);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto page, stores_.tasks.List(testing::kAlice, fleet_, {}, 0, 1));
  EXPECT_THAT(page.tasks.at(0).message, HasSubstr("queue_age_seconds"));
  EXPECT_EQ(page.tasks.at(0).reason, domain::FailureReason::kQueuedTooLong);
}

}  // namespace
}  // namespace fleet::worker
