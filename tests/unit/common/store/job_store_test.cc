#include "common/store/job_store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <pqxx/pqxx>
#include <thread>
#include <vector>

#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::testing::Eq;

class JobStoreTest : public ::testing::Test {
 protected:
  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 12000};
};

TEST_F(JobStoreTest, ExpandsAChunkAStepAndThenHasNothingToDo) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 12000});
  const int32_t expected[] = {kTargetChunk, kTargetChunk, 12000 - 2 * kTargetChunk};
  int32_t expanded = 0;
  for (const int32_t children : expected) {
    const auto step = stores_.jobs.RunStep(JobKind::kExpand);
    FLEET_ASSERT_OK(step);
    ASSERT_TRUE(step->has_value());
    EXPECT_EQ((*step)->key, fleet);
    EXPECT_EQ((*step)->children, children);
    expanded += children;
    EXPECT_EQ((*step)->finished, expanded == 12000);
    EXPECT_EQ(stores_.GetFleet(fleet).rollup.expanded, expanded);
  }
  EXPECT_THAT(stores_.jobs.RunStep(JobKind::kExpand), IsOkAndHolds(Eq(std::nullopt)));
}

TEST_F(JobStoreTest, AClaimedJobIsPassedOver) {
  const domain::Ulid claimed = stores_.CreateFleet({.targets = 1});
  const domain::Ulid other = stores_.CreateFleet({.targets = 1});
  pqxx::connection holder(database_.url());
  pqxx::work hold(holder);
  hold.exec("select 1 from fleet_jobs where fleet_id = '" + claimed.ToUuid() + "' for update");
  const auto step = stores_.jobs.RunStep(JobKind::kExpand);
  FLEET_ASSERT_OK(step);
  ASSERT_TRUE(step->has_value());
  EXPECT_EQ((*step)->key, other);
  EXPECT_THAT(stores_.jobs.RunStep(JobKind::kExpand), IsOkAndHolds(Eq(std::nullopt)));
  hold.abort();
  FLEET_EXPECT_OK(stores_.jobs.RunStep(JobKind::kExpand));
  EXPECT_EQ(stores_.GetFleet(claimed).rollup.expanded, 1);
}

TEST_F(JobStoreTest, AStepThatFailsIsPutOffAndHoldsUpNoOther) {
  const domain::Ulid failing = stores_.CreateFleet({.targets = 1});
  const domain::Ulid other = stores_.CreateFleet({.targets = 1});
  stores_.Sql(R"sql(
    create function refuse() returns trigger language plpgsql as $$ begin
      if new.fleet_id = ')sql" +
              failing.ToUuid() + R"sql(' then raise exception 'not today'; end if;
      return new;
    end $$;
    create trigger refuse before insert on tasks for each row execute function refuse())sql");
  int errors = 0;
  for (int step = 0; step < 3; ++step) errors += stores_.jobs.RunStep(JobKind::kExpand).ok() ? 0 : 1;
  EXPECT_EQ(errors, 1) << "not due again yet";
  EXPECT_EQ(stores_.GetFleet(other).rollup.expanded, 1);
  EXPECT_EQ(stores_.Sql("select failures from fleet_jobs"), "1");
  EXPECT_THAT(stores_.Sql("select last_error from fleet_jobs"), ::testing::HasSubstr("not today"));
  EXPECT_EQ(stores_.Sql("select not_before > clock_timestamp() from fleet_jobs"), "t");
  stores_.Sql("drop trigger refuse on tasks; update fleet_jobs set not_before = clock_timestamp()");
  FLEET_EXPECT_OK(stores_.jobs.RunStep(JobKind::kExpand));
  EXPECT_EQ(stores_.GetFleet(failing).rollup.expanded, 1);
}

TEST_F(JobStoreTest, ManyWorkersExpandManyFleetsOnce) {
  std::vector<domain::Ulid> fleets;
  for (int i = 0; i < 20; ++i) fleets.push_back(stores_.CreateFleet({.targets = 50}));
  std::atomic<int> children = 0;
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      for (auto step = stores_.jobs.RunStep(JobKind::kExpand); step.ok() && step->has_value();
           step = stores_.jobs.RunStep(JobKind::kExpand)) {
        children += (*step)->children;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  stores_.ExpandAll();
  EXPECT_EQ(children, 1000);
  for (const domain::Ulid& fleet : fleets) EXPECT_EQ(stores_.GetFleet(fleet).rollup.expanded, 50);
}

}  // namespace
}  // namespace fleet::store
