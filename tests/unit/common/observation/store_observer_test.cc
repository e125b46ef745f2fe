// What is counted of work that really runs on a database.
#include "common/observation/store_observer.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/store/dispatch_store.h"
#include "common/store/report_store.h"
#include "common/store/runner_store.h"
#include "prometheus/registry.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::observation {
namespace {

using ::fleet::testing::TestDatabase;
using ::fleet::testing::TestStores;
using ::testing::AllOf;
using ::testing::HasSubstr;

class StoreObserverTest : public ::testing::Test {
 protected:
  std::vector<store::GrantedTask> Lease(int32_t count) {
    const auto answers = dispatch_.Dispatch({{runner_, ++lease_seq_, count}});
    FLEET_EXPECT_OK(answers);
    return answers.ok() ? (*answers)[0].tasks : std::vector<store::GrantedTask>();
  }
  void Report(domain::TaskReport report, const store::GrantedTask& task) {
    report.task = task.id;
    report.attempt = task.attempt;
    report.runner_id = runner_;
    FLEET_EXPECT_OK(reports_.Apply({report}));
  }
  std::string Text() const { return metrics::MetricsText(registry_); }

  TestDatabase database_;
  TestStores stores_{database_.url(), 10};
  prometheus::Registry registry_;
  metrics::DatabaseMetrics database_metrics_{registry_};
  metrics::ChangeMetrics changes_{registry_};
  StoreObserver observer_{"hot", 2, database_metrics_, changes_};
  database::ConnectionPool pool_{database_.url(), 2, absl::Seconds(10), &observer_};
  store::DispatchStore dispatch_{pool_};
  store::ReportStore reports_{pool_, [] { return 0.0; }};
  store::RunnerStore runners_{pool_};
  const domain::Ulid runner_ = stores_.RegisterRunner();
  int64_t lease_seq_ = 0;
};

TEST_F(StoreObserverTest, CountsLeasesWithHowLongTheyWaited) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 3});
  stores_.ExpandAll();
  stores_.Sql("update fleets set queue_since = clock_timestamp() - interval '45 seconds' where fleet_id = '" +
              fleet.ToUuid() + "'");
  ASSERT_EQ(Lease(2).size(), 2U);
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_leases_granted_total 2\n"),
                            HasSubstr("fleet_task_schedule_to_start_seconds_bucket{le=\"30\"} 0\n"),
                            HasSubstr("fleet_task_schedule_to_start_seconds_bucket{le=\"60\"} 2\n")));
}

TEST_F(StoreObserverTest, CountsEndsOutcomesAndCostAndTheFleetsEnd) {
  stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  const std::vector<store::GrantedTask> tasks = Lease(2);
  ASSERT_EQ(tasks.size(), 2U);
  domain::TaskReport completed;
  completed.state = domain::TaskState::kCompleted;
  completed.outcome = domain::Outcome::kBranchPushed;
  completed.cost_micros = 250'000;
  Report(completed, tasks[0]);
  domain::TaskReport failed;
  failed.state = domain::TaskState::kFailed;
  failed.category = domain::FailureCategory::kConfig;
  Report(failed, tasks[1]);
  Report(failed, tasks[1]);  // a repetition changes nothing
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_task_completions_total{result=\"completed\"} 1\n"),
                            HasSubstr("fleet_task_completions_total{result=\"failed\"} 1\n"),
                            HasSubstr("fleet_task_outcomes_total{outcome=\"branch_pushed\"} 1\n"),
                            HasSubstr("fleet_task_failures_total{category=\"config\"} 1\n"),
                            HasSubstr("fleet_task_retries_total{category=\"config\"} 0\n"),
                            HasSubstr("fleet_task_cost_usd_total 0.25\n"),
                            HasSubstr("fleet_task_duration_seconds_count{result=\"completed\"} 1\n")));
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_fleet_completions_total{result=\"partial_failure\"} 1\n"),
                            HasSubstr("fleet_fleet_completion_ratio_sum{result=\"partial_failure\"} 0.5\n"),
                            HasSubstr("fleet_fleet_duration_seconds_count{result=\"partial_failure\"} 1\n")));
}

TEST_F(StoreObserverTest, AFailureThatWillBeTriedAgainIsARetryAndNoEnd) {
  stores_.CreateFleet({.targets = 1});
  stores_.ExpandAll();
  const std::vector<store::GrantedTask> tasks = Lease(1);
  ASSERT_EQ(tasks.size(), 1U);
  domain::TaskReport failed;
  failed.state = domain::TaskState::kFailed;
  failed.category = domain::FailureCategory::kNetwork;
  Report(failed, tasks[0]);
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_task_failures_total{category=\"network\"} 1\n"),
                            HasSubstr("fleet_task_retries_total{category=\"network\"} 1\n"),
                            HasSubstr("fleet_task_completions_total{result=\"failed\"} 0\n")));
}

TEST_F(StoreObserverTest, CountsWhatLostRunnersHeldAsLossesAndExpiredLeases) {
  stores_.CreateFleet({.targets = 3});
  stores_.ExpandAll();
  ASSERT_EQ(Lease(3).size(), 3U);
  stores_.Sql("update runners set heartbeat_at = clock_timestamp() - interval '1 hour'");
  FLEET_ASSERT_OK(runners_.MarkLost(absl::Seconds(30)));
  FLEET_ASSERT_OK(runners_.ReclaimStep());
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_task_losses_total 3\n"),
                            HasSubstr("fleet_leases_expired_total{reason=\"runner_lost\"} 3\n"),
                            HasSubstr("fleet_task_failures_total{category=\"compute\"} 3\n")));
}

TEST_F(StoreObserverTest, CountsLeasesThatTheirRunnerDoesNotHold) {
  stores_.CreateFleet({.targets = 3});
  stores_.ExpandAll();
  const std::vector<store::GrantedTask> tasks = Lease(3);
  ASSERT_EQ(tasks.size(), 3U);
  FLEET_ASSERT_OK(runners_.Heartbeat({runner_, 1, {tasks[0]}, lease_seq_}));
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_leases_expired_total{reason=\"not_held\"} 2\n"),
                            HasSubstr("fleet_task_losses_total 0\n")));
}

TEST_F(StoreObserverTest, CountsTransactionsAndConnections) {
  ASSERT_TRUE(dispatch_.HasWork().ok());  // only reads: rolled back
  FLEET_EXPECT_OK(runners_.Heartbeat({runner_, 1, {}, 0}));
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_db_transactions_total{result=\"rolled_back\",set=\"hot\"} 1\n"),
                            HasSubstr("fleet_db_transactions_total{result=\"committed\",set=\"hot\"} 1\n"),
                            HasSubstr("fleet_db_transaction_duration_seconds_count{set=\"hot\"} 2\n"),
                            HasSubstr("fleet_db_pool_wait_seconds_count{set=\"hot\"} 2\n"),
                            HasSubstr("fleet_db_pool_size{set=\"hot\"} 2\n"),
                            HasSubstr("fleet_db_pool_connections{set=\"hot\",state=\"used\"} 0\n"),
                            HasSubstr("fleet_db_pool_connections{set=\"hot\",state=\"idle\"} 1\n")));
}

TEST_F(StoreObserverTest, TellsRetriesByTheirCause) {
  observer_.RunsAgain(absl::AbortedError("deadlock"));
  observer_.RunsAgain(absl::UnavailableError("the connection is lost"));
  observer_.RunsAgain(absl::UnavailableError("the connection is lost"));
  observer_.AcquireTimedOut();
  EXPECT_THAT(Text(), AllOf(HasSubstr("fleet_db_transaction_retries_total{cause=\"serialization\",set=\"hot\"} 1\n"),
                            HasSubstr("fleet_db_transaction_retries_total{cause=\"connection\",set=\"hot\"} 2\n"),
                            HasSubstr("fleet_db_pool_timeouts_total{set=\"hot\"} 1\n")));
}

}  // namespace
}  // namespace fleet::observation
