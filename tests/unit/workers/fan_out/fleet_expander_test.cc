#include "workers/fan_out/fleet_expander.h"

#include "tests/unit/workers/fan_out/job_fixture.h"

namespace fleet::worker {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class FleetExpanderTest : public JobTest {
 protected:
  FleetExpander expander_{stores_.jobs, reporter_};
};

TEST_F(FleetExpanderTest, WithoutAFleetThereIsNothingToDo) {
  EXPECT_THAT(expander_.RunOnce(), IsOkAndHolds(false));
  EXPECT_THAT(Metrics(), ::testing::Not(HasSubstr("job=\"expand\"")));
}

TEST_F(FleetExpanderTest, EnqueuesChildrenAndSaysSo) {
  HeardHints heard(database_.url());
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
  EXPECT_THAT(expander_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.expanded, 20);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_steps_total{job=\"expand\",result=\"ok\"} 1"));
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_children_total{job=\"expand\"} 20"));
  EXPECT_TRUE(heard.WaitFor(store::kWorkChannel, fleet.ToString()));
  EXPECT_TRUE(heard.WaitFor(store::kChangesChannel, fleet.ToString()));
  EXPECT_THAT(expander_.RunOnce(), IsOkAndHolds(false));
}

TEST_F(FleetExpanderTest, AStepThatFailsIsCountedAndHoldsUpNoOther) {
  const domain::Ulid broken = stores_.CreateFleet({.targets = 20});
  stores_.Sql("insert into tasks (fleet_id, ordinal, repo) values ('" + broken.ToUuid() + "', 1, 'org/other')");
  const domain::Ulid sound = stores_.CreateFleet({.targets = 20});
  int failed = 0;
  for (int step = 0; step < 3; ++step) failed += expander_.RunOnce().ok() ? 0 : 1;
  EXPECT_EQ(failed, 1);
  EXPECT_THAT(Metrics(), HasSubstr("fleet_worker_steps_total{job=\"expand\",result=\"error\"} 1"));
  EXPECT_EQ(stores_.GetFleet(sound).rollup.expanded, 20);
  EXPECT_FALSE(stores_.GetFleet(broken).failure_message.empty());
}

}  // namespace
}  // namespace fleet::worker
