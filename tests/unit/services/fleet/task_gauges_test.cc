#include "services/fleet/task_gauges.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::service {
namespace {

using ::fleet::testing::TestDatabase;
using ::fleet::testing::TestStores;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TaskGaugesTest : public ::testing::Test {
 protected:
  std::string Text() const { return metrics::MetricsText(registry_); }

  TestDatabase database_;
  TestStores stores_{database_.url(), 20};
  store::SystemPictureStore system_{stores_.pool};
  prometheus::Registry registry_;
  metrics::SystemGauges gauges_{registry_};
  TaskGauges task_gauges_{system_, gauges_};
};

TEST_F(TaskGaugesTest, TellsWhatTheDatabaseHoldsAndKeepsItWhileThatIsAway) {
  stores_.CreateFleet({.targets = 5});
  stores_.ExpandAll();
  EXPECT_EQ(stores_.Lease(stores_.RegisterRunner(), 1, 2).tasks.size(), 2U);
  const auto as_it_is =
      AllOf(HasSubstr("fleet_open_fleets 1\n"), HasSubstr("fleet_fleets{state=\"running\"} 1\n"),
            HasSubstr("fleet_tasks{state=\"queued\"} 3\n"), HasSubstr("fleet_tasks{state=\"submitted\"} 2\n"),
            HasSubstr("fleet_tasks{state=\"running\"} 0\n"), HasSubstr("fleet_tasks_active 2\n"),
            HasSubstr("fleet_pool_tasks{pool=\"default\",state=\"queued\"} 3\n"),
            HasSubstr("fleet_runners{pool=\"default\"} 1\n"),
            HasSubstr("fleet_runner_slots{pool=\"default\",state=\"used\"} 2\n"),
            HasSubstr("fleet_runner_slots{pool=\"default\",state=\"free\"} 9998\n"),
            HasSubstr("fleet_limit{name=\"system_active\"} 2000\n"),
            HasSubstr("fleet_pool_limit{pool=\"default\"} 1000000\n"));
  task_gauges_.RunOnce();
  EXPECT_THAT(Text(), as_it_is);
  EXPECT_THAT(Text(), Not(HasSubstr("fleet_gauges_last_read_timestamp_seconds 0\n")));
  stores_.Sql("alter table fleets rename to elsewhere");
  task_gauges_.RunOnce();
  EXPECT_THAT(Text(), as_it_is);
}

TEST_F(TaskGaugesTest, SaysWhatFleetsWaitOnAndSinceWhen) {
  stores_.CreateFleet({.creator = "bob", .targets = 5});
  stores_.ExpandAll();
  stores_.Sql("update fleets set queue_since = timestamptz 'epoch' + interval '1000000 seconds'");
  task_gauges_.RunOnce();
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_fleets_waiting{reason=\"no_runner\"} 1\n"),
                            HasSubstr("fleet_runners{pool=\"default\"} 0\n"),
                            HasSubstr("fleet_queue_oldest_task_timestamp_seconds{pool=\"default\"} 1000000\n"),
                            HasSubstr("fleet_queue_oldest_startable_task_timestamp_seconds{pool=\"default\"} 0\n")));
  // With free slots it could go on.
  stores_.RegisterRunner();
  task_gauges_.RunOnce();
  EXPECT_THAT(Text(), HasSubstr("fleet_fleets_waiting{reason=\"no_runner\"} 0\n"));
  EXPECT_THAT(Text(), HasSubstr("fleet_queue_oldest_startable_task_timestamp_seconds{pool=\"default\"} 1"));
  // At a cap it could not.
  stores_.Sql("update limits set value = 0 where name = 'user_active'");
  task_gauges_.RunOnce();
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_fleets_waiting{reason=\"user_cap\"} 1\n"),
                            HasSubstr("fleet_users_at_limit{name=\"user_active\"} 1\n"),
                            HasSubstr("fleet_limit{name=\"user_active\"} 0\n"),
                            HasSubstr("fleet_queue_oldest_startable_task_timestamp_seconds{pool=\"default\"} 0\n")));
}

TEST_F(TaskGaugesTest, CountsOutcomesCategoriesAndJobs) {
  stores_.CreateFleet({.targets = 5});
  stores_.ExpandAll();
  const domain::Ulid runner = stores_.RegisterRunner();
  const std::vector<store::GrantedTask> tasks = stores_.Lease(runner, 1, 2).tasks;
  ASSERT_EQ(tasks.size(), 2U);
  stores_.Report(runner, tasks[0], domain::TaskState::kCompleted);
  stores_.Report(runner, tasks[1], domain::TaskState::kFailed, domain::FailureCategory::kConfig);
  stores_.CreateFleet({.targets = 5});  // waits for its expansion
  task_gauges_.RunOnce();
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_completed_tasks{outcome=\"no_changes\"} 1\n"),
                            HasSubstr("fleet_failed_tasks{category=\"config\"} 1\n"),
                            HasSubstr("fleet_jobs{job=\"expand\"} 1\n"),
                            HasSubstr("fleet_jobs_oldest_due_timestamp_seconds{job=\"expand\"} 1"),
                            HasSubstr("fleet_jobs_oldest_due_timestamp_seconds{job=\"sweep\"} 0\n")));
}

// Whatever users call their fleets and themselves.
TEST_F(TaskGaugesTest, NoLabelHoldsAFleetOrAUser) {
  const domain::Ulid fleet = stores_.CreateFleet({.creator = "carol-of-accounts", .targets = 5});
  stores_.ExpandAll();
  task_gauges_.RunOnce();
  EXPECT_THAT(Text(), AllOf(Not(HasSubstr("carol")), Not(HasSubstr(fleet.ToString())), Not(HasSubstr("org/repo"))));
}

}  // namespace
}  // namespace fleet::service
