#include "services/fleet/task_gauges.h"

#include "common/clock/clock.h"
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

TEST(TaskGaugesTest, TellsWhatTheDatabaseHoldsAndKeepsItWhileThatIsAway) {
  TestDatabase database;
  TestStores stores(database.url(), 5);
  stores.CreateFleet({.targets = 5});
  stores.ExpandAll();
  EXPECT_EQ(stores.Lease(stores.RegisterRunner(), 1, 2).tasks.size(), 2U);
  dispatch::Dispatcher dispatcher([&](const auto& demands) { return stores.dispatch.Dispatch(demands); },
                                  Clock::System(), {});
  dispatch::WatchHub hub(
      {[&](const auto& ids) { return stores.feed.ReadFleets(ids); },
       [&](const auto& ids) { return stores.feed.ReadRevisions(ids); },
       [&](const auto& id, int64_t after, int64_t until) { return stores.feed.ReadChanges(id, after, until); }},
      Clock::System(), {});
  prometheus::Registry registry;
  metrics::ServiceMetrics metrics(registry);
  TaskGauges gauges(stores.fleets, dispatcher, hub, metrics);
  const auto as_it_is =
      AllOf(HasSubstr("fleet_open_fleets 1\n"), HasSubstr("fleet_tasks{state=\"queued\"} 3\n"),
            HasSubstr("fleet_tasks{state=\"submitted\"} 2\n"), HasSubstr("fleet_tasks{state=\"running\"} 0\n"),
            HasSubstr("fleet_watchers 0\n"), HasSubstr("fleet_parked_leases 0\n"));
  gauges.RunOnce();
  EXPECT_THAT(metrics::MetricsText(registry), as_it_is);
  stores.Sql("alter table fleets rename to elsewhere");
  gauges.RunOnce();
  EXPECT_THAT(metrics::MetricsText(registry), as_it_is);
}

}  // namespace
}  // namespace fleet::service
