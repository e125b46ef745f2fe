#include "workers/fan_out/job_worker.h"

#include "tests/support/simulated_clock.h"
#include "tests/unit/workers/fan_out/job_fixture.h"

namespace fleet::worker {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::testing::HasSubstr;
using ::testing::Not;

class JobWorkerTest : public JobTest {
 protected:
  // Until there is nothing to do.
  static void RunToTheEnd(JobWorker& worker) {
    for (int step = 0; step < 20; ++step) {
      const auto more = worker.RunOnce();
      FLEET_ASSERT_OK(more);
      if (!*more) return;
    }
    FAIL() << "it does not come to an end";
  }
  domain::Ulid ExpandedFleet() {
    const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
    stores_.ExpandAll();
    return fleet;
  }

  testing::SimulatedClock clock_;
  JobWorker fan_out_{stores_.jobs, JobTypesOf(store::JobLoop::kFanOut), reporter_, clock_};
  JobWorker closing_{stores_.jobs, JobTypesOf(store::JobLoop::kClosing), reporter_, clock_};
  JobWorker upkeep_{stores_.jobs, JobTypesOf(store::JobLoop::kUpkeep), reporter_, clock_};
};

TEST_F(JobWorkerTest, EveryKindOfJobIsInSomeLoop) {
  std::size_t types = 0;
  for (const auto loop : {store::JobLoop::kFanOut, store::JobLoop::kClosing, store::JobLoop::kUpkeep}) {
    types += JobTypesOf(loop).size();
  }
  EXPECT_EQ(types, store::AllJobTypes().size());
}

TEST_F(JobWorkerTest, WithoutAJobThereIsNothingToDoAndThatIsSuccess) {
  for (JobWorker* worker : {&fan_out_, &closing_, &upkeep_}) EXPECT_THAT(worker->RunOnce(), IsOkAndHolds(false));
  for (const store::JobType& type : store::AllJobTypes()) {
    EXPECT_THAT(Metrics(),
                HasSubstr(absl::StrCat("fleet_worker_steps_total{job=\"", type.name, "\",result=\"ok\"} 0\n")));
    // Not 0, as before its first turn.
    EXPECT_THAT(Metrics(),
                HasSubstr(absl::StrCat("fleet_worker_last_success_timestamp_seconds{job=\"", type.name, "\"} 1")));
  }
}

TEST_F(JobWorkerTest, EnqueuesChildrenAndSaysSo) {
  HeardHints heard(database_.url());
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
  EXPECT_THAT(fan_out_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.expanded, 20);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_steps_total{job=\"expand\",result=\"ok\"} 1"));
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_step_duration_seconds_count{job=\"expand\"} 1"));
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"expand\"} 20"));
  EXPECT_TRUE(heard.WaitFor(store::kWorkChannel, fleet.ToString()));
  EXPECT_TRUE(heard.WaitFor(store::kChangesChannel, fleet.ToString()));
  EXPECT_THAT(fan_out_.RunOnce(), IsOkAndHolds(false));
}

TEST_F(JobWorkerTest, AStepThatFailsIsCountedAndHoldsUpNoOther) {
  const domain::Ulid broken = stores_.CreateFleet({.targets = 20});
  stores_.Sql("insert into tasks (fleet_id, ordinal, repo) values ('" + broken.ToUuid() + "', 1, 'org/other')");
  const domain::Ulid sound = stores_.CreateFleet({.targets = 20});
  int failed = 0;
  for (int step = 0; step < 3; ++step) failed += fan_out_.RunOnce().ok() ? 0 : 1;
  EXPECT_EQ(failed, 1);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_steps_total{job=\"expand\",result=\"error\"} 1"));
  EXPECT_EQ(stores_.GetFleet(sound).rollup.expanded, 20);
  EXPECT_TRUE(stores_.GetFleet(broken).expansion_failed);
  EXPECT_FALSE(stores_.GetFleet(broken).failure_message.empty());
}

TEST_F(JobWorkerTest, AfterAnErrorOfOneKindTheOthersHaveTheirTurn) {
  std::vector<store::JobType> types = JobTypesOf(store::JobLoop::kUpkeep);
  types.front().step = [](database::Transaction&, const store::JobClaim&) -> absl::StatusOr<store::JobStep> {
    return absl::InternalError("broken on purpose");
  };
  const domain::Ulid fleet = ExpandedFleet();
  stores_.Sql(
      "update fleets set deadline = clock_timestamp() - interval '1 second'; "
      "insert into fleet_jobs (fleet_id, kind) select fleet_id, k from fleets, unnest('{4,5}'::int[]) k");
  JobWorker worker(stores_.jobs, types, reporter_, clock_);
  EXPECT_FALSE(worker.RunOnce().ok());
  EXPECT_TRUE(stores_.GetFleet(fleet).expired);
}

TEST_F(JobWorkerTest, EndsQueuedChildrenOfACancelledFleetAndTellsWatchers) {
  const domain::Ulid fleet = ExpandedFleet();
  HeardHints heard(database_.url());
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"alice"}, fleet, domain::CancelMode::kStop));
  RunToTheEnd(closing_);
  EXPECT_EQ(stores_.GetFleet(fleet).state, domain::FleetState::kCancelled);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"sweep\"} 20"));
  EXPECT_TRUE(heard.WaitFor(store::kChangesChannel, fleet.ToString()));
}

TEST_F(JobWorkerTest, LeavesActiveChildrenUntilTheGraceTimeIsOver) {
  const domain::Ulid fleet = ExpandedFleet();
  const domain::Ulid runner = stores_.RegisterRunner();
  ASSERT_EQ(stores_.Lease(runner, 1, 3).tasks.size(), 3U);
  FLEET_ASSERT_OK(stores_.fleets.Cancel({"alice"}, fleet, domain::CancelMode::kStop));
  RunToTheEnd(closing_);
  EXPECT_EQ(stores_.GetFleet(fleet).state, domain::FleetState::kCancelling);
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 3);
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp()");
  RunToTheEnd(closing_);
  EXPECT_EQ(stores_.GetFleet(fleet).state, domain::FleetState::kCancelled);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"end_stragglers\"} 3"));
}

TEST_F(JobWorkerTest, ReturnsChosenChildrenAndWakesDispatchers) {
  const domain::Ulid fleet = ExpandedFleet();
  FLEET_ASSERT_OK(stores_.controls.CancelTask({"bob"}, fleet, testing::TestStores::RepoName(3)));
  store::NewGeneration request;
  request.fleet_id = fleet;
  request.states = {domain::TaskState::kCancelled};
  FLEET_ASSERT_OK(stores_.redrives.Redrive(testing::kBob, request));
  HeardHints heard(database_.url());
  EXPECT_THAT(upkeep_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(stores_.GetTask({fleet, 3}).state, domain::TaskState::kQueued);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"redrive\"} 1"));
  EXPECT_TRUE(heard.WaitFor(store::kWorkChannel, fleet.ToString()));
  EXPECT_TRUE(heard.WaitFor(store::kChangesChannel, fleet.ToString()));
}

TEST_F(JobWorkerTest, ClosesAFleetAtItsDeadline) {
  const domain::Ulid fleet = ExpandedFleet();
  FLEET_ASSERT_OK(
      stores_.controls.Update({"bob"}, fleet, {.sets_deadline = true, .deadline = absl::Now() + absl::Hours(1)}));
  EXPECT_THAT(upkeep_.RunOnce(), IsOkAndHolds(false));
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 5");
  EXPECT_THAT(upkeep_.RunOnce(), IsOkAndHolds(true));
  EXPECT_TRUE(stores_.GetFleet(fleet).expired);
}

TEST_F(JobWorkerTest, LooksForOldChildrenEveryFewSeconds) {
  const domain::Ulid fleet = ExpandedFleet();
  stores_.Sql("update limits set value = 60 where name = 'queue_age_seconds'");
  EXPECT_THAT(upkeep_.RunOnce(), IsOkAndHolds(false));
  stores_.Sql("update fleets set queue_since = queue_since - interval '1 hour'");
  EXPECT_THAT(upkeep_.RunOnce(), IsOkAndHolds(false)) << "it has just looked";
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(upkeep_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(stores_.GetFleet(fleet).state, domain::FleetState::kFailed);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto page, stores_.tasks.List(testing::kAlice, fleet, {}, 0, 1));
  EXPECT_THAT(page.tasks.at(0).message, HasSubstr("queue_age_seconds"));
  EXPECT_EQ(page.tasks.at(0).reason, domain::FailureReason::kQueuedTooLong);
}

// What is not about one fleet, for example an outbox, has no key.
TEST_F(JobWorkerTest, AJobOfTheWholeSystemIsClaimedLikeAnyOther) {
  static std::vector<std::string> keys;
  keys.clear();
  const store::JobType global{
      .kind = static_cast<store::JobKind>(99),
      .name = "global",
      .loop = store::JobLoop::kUpkeep,
      .step = [](database::Transaction&, const store::JobClaim& claim) -> absl::StatusOr<store::JobStep> {
        keys.push_back(claim.key.IsNone() ? "none" : claim.key.ToString());
        return store::JobStep{claim.key, 0, claim.cursor == 7, false, 7};
      },
      .channels = {store::kJobsChannel}};
  FLEET_ASSERT_OK(database::InTransaction(stores_.pool, [](database::Transaction& transaction) {
    return store::InsertJob(transaction, domain::Ulid(), static_cast<store::JobKind>(99), absl::ZeroDuration());
  }));
  JobWorker worker(stores_.jobs, {global}, reporter_, clock_);
  RunToTheEnd(worker);
  EXPECT_THAT(keys, ::testing::ElementsAre("none", "none"));
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_jobs"), "0");
}

}  // namespace
}  // namespace fleet::worker
