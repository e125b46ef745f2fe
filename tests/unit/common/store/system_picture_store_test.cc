#include "common/store/system_picture_store.h"

#include <gmock/gmock.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using ::fleet::testing::kAlice;
using ::fleet::testing::TestDatabase;
using ::fleet::testing::TestStores;
using ::testing::IsEmpty;

class SystemPictureStoreTest : public ::testing::Test {
 protected:
  SystemPictureRecord Read() {
    const absl::StatusOr<SystemPictureRecord> record = system_.Read();
    FLEET_EXPECT_OK(record);
    return record.ok() ? *record : SystemPictureRecord();
  }

  TestDatabase database_;
  TestStores stores_{database_.url(), 20};
  SystemPictureStore system_{stores_.pool};
};

TEST_F(SystemPictureStoreTest, ReadsAnEmptySystem) {
  const SystemPictureRecord record = Read();
  EXPECT_THAT(record.picture.fleets, IsEmpty());
  EXPECT_THAT(record.picture.runners, IsEmpty());
  EXPECT_THAT(record.outcomes, ::testing::Each(0));
  EXPECT_THAT(record.jobs, IsEmpty());
  EXPECT_EQ(record.picture.limits.system_active, domain::Limits().system_active);
  EXPECT_GT(record.picture.now, absl::FromUnixSeconds(1'000'000'000));
}

// Column by column as FleetLedger writes them: what is read here must be what the fleet's own select reads.
TEST_F(SystemPictureStoreTest, AFleetIsReadAsOthersReadIt) {
  const domain::Ulid id = stores_.CreateFleet({.creator = "bob", .targets = 10, .max_concurrency = 7});
  stores_.ExpandAll();
  const domain::Ulid runner = stores_.RegisterRunner();
  const std::vector<GrantedTask> tasks = stores_.Lease(runner, 1, 5).tasks;
  ASSERT_EQ(tasks.size(), 5U);
  stores_.Report(runner, tasks[0], domain::TaskState::kCompleted);
  stores_.Report(runner, tasks[1], domain::TaskState::kFailed, domain::FailureCategory::kNetwork);
  stores_.Report(runner, tasks[2], domain::TaskState::kFailed, domain::FailureCategory::kConfig);
  stores_.Report(runner, tasks[3], domain::TaskState::kRunning);
  const domain::Fleet whole = stores_.GetFleet(id);
  const SystemPictureRecord record = Read();
  ASSERT_EQ(record.picture.fleets.size(), 1U);
  const domain::Fleet& fleet = record.picture.fleets[0];
  EXPECT_EQ(fleet.id, id);
  EXPECT_EQ(fleet.creator, "bob");
  EXPECT_EQ(fleet.pool, whole.pool);
  EXPECT_EQ(fleet.state, whole.state);
  EXPECT_EQ(fleet.policy.max_concurrency, 7);
  EXPECT_EQ(fleet.rollup.total, 10);
  EXPECT_EQ(fleet.rollup.expanded, 10);
  EXPECT_EQ(fleet.rollup.states, whole.rollup.states);
  EXPECT_EQ(fleet.rollup.delayed, whole.rollup.delayed);
  EXPECT_EQ(fleet.rollup.delayed, 1);
  EXPECT_EQ(fleet.next_ordinal, whole.next_ordinal);
  EXPECT_EQ(fleet.next_retry_at, whole.next_retry_at);
  EXPECT_EQ(fleet.queue_since, whole.queue_since);
  EXPECT_EQ(fleet.created_at, whole.created_at);
  EXPECT_TRUE(domain::MayStart(fleet));
  EXPECT_EQ(record.outcomes[static_cast<std::size_t>(domain::Outcome::kNoChanges)], 1);
  EXPECT_EQ(record.categories[static_cast<std::size_t>(domain::FailureCategory::kConfig)], 1);
  EXPECT_EQ(record.categories[static_cast<std::size_t>(domain::FailureCategory::kNetwork)], 0);
}

TEST_F(SystemPictureStoreTest, WhatKeepsAFleetFromGoingOnIsRead) {
  const domain::Ulid id = stores_.CreateFleet({.targets = 2});
  for (const char* change :
       {"cancel_mode = 2", "pause_reasons = 1, paused = true", "expired = true", "failure_message = 'broken'"}) {
    stores_.Sql(
        "update fleets set cancel_mode = 0, pause_reasons = 0, paused = false, expired = false, "
        "failure_message = ''");
    EXPECT_TRUE(domain::MayStart(Read().picture.fleets.at(0)));
    stores_.Sql(std::string("update fleets set ") + change);
    EXPECT_FALSE(domain::MayStart(Read().picture.fleets.at(0))) << change;
    EXPECT_EQ(Read().picture.fleets.at(0).cancel_mode, stores_.GetFleet(id).cancel_mode) << change;
  }
  stores_.Sql(
      "update fleets set failure_message = '', retrying = true, open_targets = true, "
      "deadline = clock_timestamp() - interval '1 second'");
  const SystemPictureRecord record = Read();
  EXPECT_TRUE(record.picture.fleets.at(0).redriving);
  EXPECT_TRUE(record.picture.fleets.at(0).open_targets);
  EXPECT_TRUE(domain::IsLate(record.picture.fleets.at(0), record.picture.now));
}

TEST_F(SystemPictureStoreTest, EndedFleetsAreLeftOut) {
  const domain::Ulid open = stores_.CreateFleet({.targets = 3});
  const domain::Ulid ended = stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  FLEET_ASSERT_OK(stores_.fleets.Cancel(kAlice, ended, domain::CancelMode::kStop));
  stores_.SweepAll();
  const SystemPictureRecord record = Read();
  ASSERT_EQ(record.picture.fleets.size(), 1U);
  EXPECT_EQ(record.picture.fleets[0].id, open);
}

TEST_F(SystemPictureStoreTest, CountsLiveRunnersByPool) {
  stores_.RegisterRunner();
  stores_.RegisterRunner();
  const domain::Ulid lost = stores_.RegisterRunner();
  stores_.Sql("update runners set state = 2 where runner_id = '" + lost.ToUuid() + "'");
  const SystemPictureRecord record = Read();
  ASSERT_EQ(record.picture.runners.size(), 1U);
  EXPECT_EQ(record.picture.runners.at("default").live, 2);
  EXPECT_EQ(record.picture.runners.at("default").slots, 20'000);
}

TEST_F(SystemPictureStoreTest, CountsJobsAndSaysSinceWhenTheOldestIsDue) {
  const domain::Ulid one = stores_.CreateFleet({.targets = 3});
  stores_.CreateFleet({.targets = 3});
  stores_.Sql("update fleet_jobs set not_before = timestamptz 'epoch' + interval '5000 seconds' where fleet_id = '" +
              one.ToUuid() + "'");
  EXPECT_EQ(Read().jobs.at(JobKind::kExpand).count, 2);
  EXPECT_EQ(Read().jobs.at(JobKind::kExpand).oldest_due, absl::FromUnixSeconds(5000));
  stores_.Sql("update fleet_jobs set not_before = clock_timestamp() + interval '1 hour'");
  EXPECT_EQ(Read().jobs.at(JobKind::kExpand).count, 2);
  EXPECT_EQ(Read().jobs.at(JobKind::kExpand).oldest_due, std::nullopt);
}

// What it costs does not grow with the children that there are.
TEST_F(SystemPictureStoreTest, NeverReadsChildren) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
  stores_.ExpandAll();
  // Without the table of children the reading is the same.
  stores_.Sql("alter table tasks rename to elsewhere; alter table task_attempts rename to elsewhere_too");
  EXPECT_EQ(Read().picture.fleets.size(), 1U);
  EXPECT_EQ(Read().picture.fleets[0].id, fleet);
}

TEST_F(SystemPictureStoreTest, SaysSoWhenTheDatabaseDoesNotAnswer) {
  stores_.Sql("alter table fleets rename to elsewhere");
  EXPECT_FALSE(system_.Read().ok());
}

}  // namespace
}  // namespace fleet::store
