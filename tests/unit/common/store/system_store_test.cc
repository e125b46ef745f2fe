#include "common/store/system_store.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/time/clock.h"
#include "common/database/migrations.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using ::fleet::testing::kAlice;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SystemStoreTest : public ::testing::Test {
 protected:
  SystemRecord Read() {
    auto system = system_.Read(kAlice);
    FLEET_EXPECT_OK(system.status());
    return *std::move(system);
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 10};
  SystemStore system_{stores_.pool};
  const domain::Ulid id_ = domain::Ulid::Generate(absl::Now());
};

TEST_F(SystemStoreTest, TellsWhichDatabaseItIs) {
  FLEET_ASSERT_OK_AND_ASSIGN(const DatabaseFacts facts, system_.ReadDatabase(kAlice));
  EXPECT_EQ(facts.schema_version, database::Migrations().back().number);
  EXPECT_EQ(facts.known_schema_version, facts.schema_version);
  EXPECT_THAT(stores_.Sql("show server_version"), StartsWith(facts.version));
  EXPECT_THAT(facts.version, SizeIs(Ge(2U)));
  EXPECT_THAT(absl::AbsDuration(facts.now - absl::Now()), Lt(absl::Minutes(1)));
}

TEST_F(SystemStoreTest, AnEmptySystemHasNobody) {
  const SystemRecord system = Read();
  EXPECT_THAT(system.services, IsEmpty());
  EXPECT_THAT(system.workers, IsEmpty());
  EXPECT_THAT(system.pools, IsEmpty());
  EXPECT_THAT(system.runner_versions, IsEmpty());
  EXPECT_THAT(system.jobs, IsEmpty());
  EXPECT_EQ(system.lease, absl::Seconds(30));
}

TEST_F(SystemStoreTest, AWorkerIsOneRowHoweverOftenItSaysSo) {
  for (int i = 0; i < 2; ++i) FLEET_ASSERT_OK(system_.RecordWorker(id_, {"1.2.3", "host-7"}, absl::Seconds(10)));
  FLEET_ASSERT_OK(stores_.runners.RecordService(id_, {"1.2.4", "host-8"}, absl::Seconds(10)));
  const SystemRecord system = Read();
  ASSERT_THAT(system.workers, SizeIs(1));
  EXPECT_EQ(system.workers[0].process_id, id_);
  EXPECT_EQ(system.workers[0].facts.version, "1.2.3");
  EXPECT_EQ(system.workers[0].facts.host, "host-7");
  ASSERT_THAT(system.services, SizeIs(1));
  EXPECT_EQ(system.services[0].facts.version, "1.2.4");
  EXPECT_EQ(system.services[0].facts.host, "host-8");
}

TEST_F(SystemStoreTest, AWorkerThatWasAwayCameAnewAndOneOfYesterdayIsForgotten) {
  FLEET_ASSERT_OK(system_.RecordWorker(id_, {"1.2.3", "host-7"}, absl::Seconds(10)));
  stores_.Sql(
      "update worker_presence set seen_at = seen_at - interval '1 hour', continuous_since = "
      "continuous_since - interval '2 hours'");
  EXPECT_THAT(Read().workers[0].seen_age, Ge(absl::Hours(1)));
  FLEET_ASSERT_OK(system_.RecordWorker(id_, {"1.2.3", "host-7"}, absl::Seconds(10)));
  const SystemRecord back = Read();
  EXPECT_THAT(back.workers[0].seen_age, Lt(absl::Minutes(10)));
  EXPECT_THAT(back.workers[0].seen_at - back.workers[0].since, Lt(absl::Minutes(10)));
  stores_.Sql("update worker_presence set seen_at = seen_at - interval '25 hours'");
  EXPECT_THAT(Read().workers, IsEmpty());
  FLEET_ASSERT_OK(system_.RecordWorker(domain::Ulid::Generate(absl::Now()), {}, absl::Seconds(10)));
  EXPECT_EQ(stores_.Sql("select count(*) from worker_presence"), "1");
}

TEST_F(SystemStoreTest, PoolsAreCountedWithTheirRunnersAndChildren) {
  const domain::Ulid paused = stores_.CreateFleet({.targets = 4});
  stores_.CreateFleet({.targets = 5});
  stores_.ExpandAll();
  stores_.Sql("update fleets set paused = true, pause_reasons = 1, state = 4 where fleet_id = '" + paused.ToUuid() +
              "'");
  const domain::Ulid busy = stores_.RegisterRunner();
  const domain::Ulid silent = stores_.RegisterRunner();
  const domain::Ulid lost = stores_.RegisterRunner();
  const domain::Ulid gone = stores_.RegisterRunner();
  ASSERT_THAT(stores_.Lease(busy, 1, 2).tasks, SizeIs(2));
  stores_.Sql("update runners set heartbeat_at = heartbeat_at - interval '1 hour' where runner_id = '" +
              silent.ToUuid() + "'; update runners set state = 2 where runner_id = '" + lost.ToUuid() +
              "'; update runners set state = 3 where runner_id = '" + gone.ToUuid() + "'");
  const SystemRecord system = Read();
  ASSERT_THAT(system.pools, SizeIs(1));
  const PoolRecord& pool = system.pools[0];
  EXPECT_EQ(pool.pool, "default");
  EXPECT_EQ(pool.live_runners, 2);
  EXPECT_EQ(pool.silent_runners, 1);
  EXPECT_EQ(pool.lost_runners, 1);
  EXPECT_EQ(pool.slots, 10'000) << "of the one that is heard";
  EXPECT_EQ(pool.active_tasks, 2);
  EXPECT_EQ(pool.queued_tasks, 3) << "not those of the fleet that is paused";
  ASSERT_THAT(system.runner_versions, SizeIs(1));
  EXPECT_EQ(system.runner_versions[0].version, "");
  EXPECT_EQ(system.runner_versions[0].count, 2);
}

TEST_F(SystemStoreTest, JobsThatAreDueOrFailAreTold) {
  stores_.CreateFleet({.targets = 4});
  SystemRecord system = Read();
  ASSERT_THAT(system.jobs, SizeIs(1));
  EXPECT_EQ(system.jobs[0].job, "expand");
  EXPECT_EQ(system.jobs[0].due_count, 1);
  EXPECT_EQ(system.jobs[0].failing_count, 0);
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() - interval '1 hour'");
  EXPECT_THAT(Read().jobs[0].oldest_age, Ge(absl::Hours(1)));
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() + interval '1 hour', failures = 2");
  system = Read();
  ASSERT_THAT(system.jobs, SizeIs(1));
  EXPECT_EQ(system.jobs[0].due_count, 0);
  EXPECT_EQ(system.jobs[0].oldest_age, absl::ZeroDuration());
  EXPECT_EQ(system.jobs[0].failing_count, 1);
  stores_.Sql("update fleet_jobs set failures = 0");
  EXPECT_THAT(Read().jobs, IsEmpty()) << "what is put off is not behind";
}

}  // namespace
}  // namespace fleet::store
