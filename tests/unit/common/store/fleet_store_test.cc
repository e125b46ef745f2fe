// What tests/integration leaves of FleetStore: reading and listing.
#include "common/store/fleet_store.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/error_info.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using domain::FleetState;
using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FleetStoreTest : public ::testing::Test {
 protected:
  std::vector<domain::Ulid> List(FleetFilter filter) {
    std::vector<domain::Ulid> ids;
    do {
      const auto page = stores_.fleets.List(testing::kAlice, filter);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->fleets.size(), static_cast<std::size_t>(filter.limit));
      for (const FleetRecord& record : page->fleets) ids.push_back(record.fleet.id);
      filter.before = page->next_before;
    } while (!filter.before.IsNone());
    return ids;
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 12};
};

TEST_F(FleetStoreTest, KeepsWhatWasAskedFor) {
  NewFleet fleet = stores_.NewFleet({.targets = 3, .max_concurrency = 7, .max_tries = 2});
  fleet.task_description = "bump \"it\" \xE2\x82\xAC";
  fleet.parameters = {{"key", "value"}};
  fleet.policy.task_timeout = absl::Minutes(5);
  const auto created = stores_.fleets.Create({"ann"}, fleet);
  FLEET_ASSERT_OK(created);
  EXPECT_FALSE(created->replayed);
  const auto record = stores_.fleets.Get(testing::kAlice, fleet.id);
  FLEET_ASSERT_OK(record);
  EXPECT_EQ(record->fleet.creator, "ann");
  EXPECT_EQ(record->fleet.policy.max_concurrency, 7);
  EXPECT_EQ(record->fleet.policy.max_tries, 2);
  EXPECT_EQ(record->fleet.policy.task_timeout, absl::Minutes(5));
  EXPECT_EQ(record->fleet.state, FleetState::kPending);
  EXPECT_EQ(record->fleet.rollup.total, 3);
  EXPECT_EQ(record->fleet.rollup.expanded, 0);
  EXPECT_EQ(record->intent.task_description, fleet.task_description);
  EXPECT_EQ(record->intent.parameters, fleet.parameters);
  EXPECT_EQ(record->intent.resolved_workflow, "test/noop-v1@1.0.0") << "pinned at submission";
}

TEST_F(FleetStoreTest, KeepsThePoolThatWasNamed) {
  NewFleet fleet = stores_.NewFleet({.targets = 1});
  fleet.pool = "gpu";
  FLEET_ASSERT_OK(stores_.fleets.Create(testing::kAlice, fleet));
  EXPECT_EQ(stores_.GetFleet(fleet.id).pool, "gpu");
}

TEST_F(FleetStoreTest, TheBranchIsTheUsualOneOrTheOneAskedFor) {
  NewFleet fleet = stores_.NewFleet({.targets = 1});
  const auto usual = stores_.fleets.Create(testing::kAlice, fleet);
  FLEET_ASSERT_OK(usual);
  EXPECT_EQ(usual->record.intent.branch, domain::BranchName(fleet.id));
  fleet.id = domain::Ulid::Generate(absl::Now());
  fleet.branch = "legal/licence-{{fleet}}";
  const auto named = stores_.fleets.Create(testing::kAlice, fleet);
  FLEET_ASSERT_OK(named);
  EXPECT_EQ(named->record.intent.branch, domain::BranchName(fleet.id, fleet.branch));
}

TEST_F(FleetStoreTest, ThePoolIsTheFleetsOwnOrTheWorkflowsOrTheDefault) {
  NewFleet fleet = stores_.NewFleet({.targets = 1});
  const auto pool_of = [&](const std::string& fleets, const std::string& workflows) {
    fleet.id = domain::Ulid::Generate(absl::Now());
    fleet.pool = fleets;
    fleet.accept = [&workflows](const std::string&) { return WorkflowTerms{workflows}; };
    const auto created = stores_.fleets.Create(testing::kAlice, fleet);
    return created.ok() ? created->record.fleet.pool : created.status().ToString();
  };
  EXPECT_EQ(pool_of("own", "gpu"), "own");
  EXPECT_EQ(pool_of("", "gpu"), "gpu");
  EXPECT_EQ(pool_of("", ""), "default");
  EXPECT_EQ(pool_of("default", "gpu"), "default") << "said is said";
}

TEST_F(FleetStoreTest, WithoutACapTheLimitsDefaultIsTaken) {
  stores_.Sql("update limits set value = 17 where name = 'fleet_active_default'");
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 1, .max_concurrency = 0});
  EXPECT_EQ(stores_.GetFleet(fleet).policy.max_concurrency, 17);
}

TEST_F(FleetStoreTest, PriorityAndDeadlineAreKeptAndTheDeadlineHasAJob) {
  NewFleet fleet = stores_.NewFleet({.targets = 1});
  fleet.policy.priority = -7;
  fleet.policy.deadline = absl::FromUnixMicros(absl::ToUnixMicros(absl::Now() + absl::Hours(1)));
  FLEET_ASSERT_OK(stores_.fleets.Create(testing::kAlice, fleet));
  const domain::Fleet stored = stores_.GetFleet(fleet.id);
  EXPECT_EQ(stored.policy.priority, -7);
  EXPECT_EQ(stored.policy.deadline, fleet.policy.deadline);
  EXPECT_EQ(stores_.Sql("select j.not_before = f.deadline from fleet_jobs j join fleets f on f.fleet_id = j.fleet_id "
                        "where j.kind = 5"),
            "t");
  const domain::Ulid without = stores_.CreateFleet({.targets = 1});
  EXPECT_EQ(stores_.GetFleet(without).policy.deadline, std::nullopt);
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_jobs where kind = 5"), "1");
}

TEST_F(FleetStoreTest, ADeadlineThatHasPassedIsRefusedButNotAReplay) {
  NewFleet fleet = stores_.NewFleet({.targets = 1, .request_id = "r1"});
  fleet.policy.deadline = absl::Now() - absl::Seconds(1);
  const absl::Status refused = stores_.fleets.Create(testing::kAlice, fleet).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(GetErrorInfo(refused).violations.at(0).field, "policy.deadline");
  EXPECT_EQ(stores_.Sql("select count(*) from fleets"), "0");
  fleet.policy.deadline = absl::Now() + absl::Hours(1);
  FLEET_ASSERT_OK(stores_.fleets.Create(testing::kAlice, fleet));
  fleet.policy.deadline = absl::Now() - absl::Hours(1);
  const auto replayed = stores_.fleets.Create(testing::kAlice, fleet);
  FLEET_ASSERT_OK(replayed);
  EXPECT_TRUE(replayed->replayed);
}

TEST_F(FleetStoreTest, AnUnknownFleetIsNotFound) {
  const domain::Ulid unknown = domain::Ulid::Generate(absl::Now());
  EXPECT_THAT(stores_.fleets.Get(testing::kAlice, unknown), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(stores_.details.ReadGeneration({unknown, 1}), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(FleetStoreTest, ListsTheNewestFirstPageByPage) {
  std::vector<domain::Ulid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(stores_.CreateFleet({.targets = 1}));
  std::sort(ids.rbegin(), ids.rend());
  for (const int32_t limit : {1, 2, 5, 6}) EXPECT_EQ(List({.limit = limit}), ids) << limit;
}

TEST_F(FleetStoreTest, ListsByCreatorAndState) {
  const domain::Ulid of_ann = stores_.CreateFleet({.creator = "ann", .targets = 1});
  const domain::Ulid of_bob = stores_.CreateFleet({.creator = "bob", .targets = 1});
  stores_.ExpandAll();
  const domain::Ulid pending = stores_.CreateFleet({.creator = "bob", .targets = 1});
  EXPECT_THAT(List({.creator = "ann"}), ElementsAre(of_ann));
  EXPECT_THAT(List({.creator = "bob", .states = {FleetState::kRunning}}), ElementsAre(of_bob));
  EXPECT_THAT(List({.states = {FleetState::kPending}, .limit = 1}), ElementsAre(pending));
  EXPECT_THAT(List({.creator = "cid"}), IsEmpty());
  EXPECT_EQ(List({.states = {FleetState::kPending, FleetState::kRunning}, .limit = 2}).size(), 3U);
}

}  // namespace
}  // namespace fleet::store
