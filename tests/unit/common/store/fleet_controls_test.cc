#include "common/store/fleet_controls.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

class FleetControlsTest : public ::testing::Test {
 protected:
  FleetControlsTest() { stores_.ExpandAll(); }

  // Whether what was read of the fleet before `meanwhile` holds when it is locked after it.
  template <typename Meanwhile>
  bool HoldsAfter(const Meanwhile& meanwhile) {
    bool holds = false;
    FLEET_EXPECT_OK(database::InTransaction(stores_.pool, [&](database::Transaction& transaction) -> absl::Status {
      const auto controls = FleetControls::Read(transaction, {fleet_});
      if (!controls.ok()) return controls.status();
      meanwhile();
      auto ledger = FleetLedger::Lock(transaction, {fleet_});
      if (!ledger.ok()) return ledger.status();
      holds = controls->StillHold(*ledger);
      return absl::OkStatus();
    }));
    return holds;
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 4};
  const domain::Ulid fleet_ = stores_.CreateFleet({.targets = 4, .max_tries = 7});
  const domain::Ulid runner_ = stores_.RegisterRunner();
};

TEST_F(FleetControlsTest, HaveWhatJudgesReportsAndNoCounters) {
  stores_.Lease(runner_, 1, 2);
  FLEET_ASSERT_OK(stores_.fleets.Cancel(testing::kBob, fleet_, domain::CancelMode::kDrain).status());
  FLEET_ASSERT_OK(database::InTransaction(stores_.pool, [&](database::Transaction& transaction) -> absl::Status {
    const auto controls = FleetControls::Read(transaction, {fleet_, domain::Ulid()});
    if (!controls.ok()) return controls.status();
    EXPECT_EQ(controls->Find(domain::Ulid()), nullptr);
    const domain::Fleet* fleet = controls->Find(fleet_);
    EXPECT_EQ(fleet->cancel_mode, domain::CancelMode::kDrain);
    EXPECT_EQ(fleet->policy.max_tries, 7);
    EXPECT_EQ(fleet->rollup.total, 4) << "which grows with the parts of the targets alone";
    EXPECT_EQ(fleet->rollup.expanded, 0);
    EXPECT_EQ(fleet->rollup.Active(), 0);
    EXPECT_EQ(fleet->revision, 0);
    return absl::OkStatus();
  }));
}

TEST_F(FleetControlsTest, HoldWhateverBatchesDo) {
  EXPECT_TRUE(HoldsAfter([&] {
    const auto leased = stores_.Lease(runner_, 1, 2).tasks;
    stores_.Report(runner_, leased.at(0), domain::TaskState::kCompleted);
  }));
}

TEST_F(FleetControlsTest, DoNotHoldOnceAnOperatorChangedOne) {
  EXPECT_FALSE(HoldsAfter([&] { FLEET_EXPECT_OK(stores_.controls.Pause(testing::kBob, fleet_).status()); }));
  EXPECT_FALSE(HoldsAfter(
      [&] { FLEET_EXPECT_OK(stores_.fleets.Cancel(testing::kBob, fleet_, domain::CancelMode::kStop).status()); }));
  EXPECT_TRUE(HoldsAfter([] {}));
}

}  // namespace
}  // namespace fleet::store
