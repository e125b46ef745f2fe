// 100,000 children are enqueued exactly once, whatever happens to the workers.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

constexpr int kWorkers = 3;
constexpr int kKills = 20;
constexpr int kTargets = 100'000;

uint32_t Seed() {
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  uint32_t seed = 0;
  return wanted != nullptr && absl::SimpleAtoi(wanted, &seed) ? seed : std::random_device()();
}

TEST(FanOutTest, HundredThousandTargetsExactlyOnceThoughWorkersAreKilled) {
  const uint32_t seed = Seed();
  std::cout << "FLEET_TEST_SEED=" << seed << std::endl;
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  const TestDatabase database;
  TestStores stores(database.url(), kTargets);
  // Fleets of 100,000 one after the other until there was time for all kills: one takes about two seconds, and a worker
  // of a slow build as long to start.
  std::vector<domain::Ulid> fleets = {stores.CreateFleet({.targets = kTargets})};
  InvariantChecker checker(database.url());
  const auto is_expanded = [&](const domain::Ulid& id) {
    const domain::Fleet fleet = stores.GetFleet(id);
    return fleet.rollup.expanded == fleet.rollup.total;
  };

  std::vector<std::unique_ptr<ServerProcess>> workers(kWorkers);
  const auto start = [&](std::unique_ptr<ServerProcess>& worker) {
    FLEET_ASSERT_OK_AND_ASSIGN(worker, ServerProcess::StartWorker(database.url(), {"--poll_interval=50ms"}));
  };
  for (auto& worker : workers) start(worker);
  int kills = 0;
  while (kills < kKills) {
    const absl::Time when = absl::Now() + absl::Milliseconds(std::uniform_int_distribution<int>(10, 80)(random));
    // Killed at a time that the seed chose, or sooner if there is nothing left to interrupt.
    if (WaitUntil([&] { return is_expanded(fleets.back()); }, when - absl::Now())) {
      ASSERT_LT(fleets.size(), std::size_t{kKills}) << "fan-out is too quick to be interrupted " << kKills << " times";
      fleets.push_back(stores.CreateFleet({.targets = kTargets}));
      continue;
    }
    auto& worker = workers[std::uniform_int_distribution<std::size_t>(0, kWorkers - 1)(random)];
    worker->Kill();
    if (!is_expanded(fleets.back())) ++kills;
    start(worker);
    if (HasFatalFailure()) return;
  }
  for (const domain::Ulid& id : fleets) {
    EXPECT_TRUE(WaitUntil([&] { return is_expanded(id); }, absl::Seconds(60)));
    EXPECT_EQ(stores.GetFleet(id).rollup.State(domain::TaskState::kQueued), kTargets);
  }
  EXPECT_EQ(stores.Sql("select count(*) from fleet_jobs"), "0");
  std::cout << kills << " kills, " << fleets.size() << " fleets, " << checker.snapshots_in_flight()
            << " snapshots while work was in flight" << std::endl;
  FLEET_EXPECT_OK(checker.Finish());
}

TEST(FanOutTest, ChunkThatIsEnqueuedAgainIsNotCountedAgain) {
  const TestDatabase database;
  TestStores stores(database.url(), 20);
  const domain::Ulid id = stores.CreateFleet({.targets = 20});
  stores.ExpandAll();
  const domain::Fleet before = stores.GetFleet(id);
  stores.Sql("insert into fleet_jobs (fleet_id, kind) values ('" + id.ToUuid() + "', 1)");
  stores.ExpandAll();
  const domain::Fleet after = stores.GetFleet(id);
  EXPECT_EQ(after.rollup, before.rollup);
  EXPECT_EQ(after.revision, before.revision);
  EXPECT_EQ(after.state, domain::FleetState::kRunning);
  EXPECT_EQ(stores.Sql("select count(*) from fleet_jobs"), "0");
}

TEST(FanOutTest, ChunkWhoseRowsDisagreeFailsTheFleetAndNoOther) {
  const TestDatabase database;
  TestStores stores(database.url(), 20);
  const domain::Ulid broken = stores.CreateFleet({.targets = 20});
  const domain::Ulid sound = stores.CreateFleet({.targets = 20});
  stores.Sql("insert into tasks (fleet_id, ordinal, repo) values ('" + broken.ToUuid() + "', 3, 'org/other')");
  EXPECT_THAT(stores.jobs.RunStep(store::JobKind::kExpand), StatusIs(absl::StatusCode::kDataLoss));
  stores.ExpandAll();
  EXPECT_EQ(stores.GetFleet(broken).state, domain::FleetState::kFailed);
  EXPECT_EQ(stores.GetFleet(sound).state, domain::FleetState::kRunning);
  EXPECT_EQ(stores.GetFleet(sound).rollup.expanded, 20);
}

}  // namespace
}  // namespace fleet::testing
