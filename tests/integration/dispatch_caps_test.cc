// Caps are never exceeded, however many services dispatch at once and whatever is done to the limits meanwhile.
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/runner_crowd.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

constexpr int kServices = 4;

class DispatchCapsTest : public ::testing::Test {
 protected:
  DispatchCapsTest() : stores_(database_.url(), 400) { SetLimits(23, 9); }

  void SetUp() override {
    for (int i = 0; i < kServices; ++i) {
      FLEET_ASSERT_OK_AND_ASSIGN(services_.emplace_back(), ServerProcess::StartService(database_.url()));
      addresses_.push_back(services_.back()->address());
    }
    FLEET_ASSERT_OK_AND_ASSIGN(worker_, ServerProcess::StartWorker(database_.url()));
  }

  // Behind the gate, as an operator's command does.
  void SetLimits(int system, int user) {
    stores_.Sql(absl::StrCat("select only_row from dispatch_gate for update;", "update limits set value = ", system,
                             " where name = 'system_active';", "update limits set value = ", user,
                             " where name = 'user_active'"));
  }

  TestDatabase database_;
  TestStores stores_;
  std::vector<std::unique_ptr<ServerProcess>> services_;
  std::vector<std::string> addresses_;
  std::unique_ptr<ServerProcess> worker_;
};

TEST_F(DispatchCapsTest, HoldWithFourServicesDispatching) {
  std::vector<std::string> fleets;
  for (const std::string user : {"alice", "bob", "carol"}) {
    const FleetDriver caller(addresses_[fleets.size() % kServices], user);
    for (const int max_concurrency : {4, 7}) {
      v1::CreateFleetRequest request = FleetDriver::Request(400);
      request.mutable_policy()->set_max_concurrency(max_concurrency);
      FLEET_ASSERT_OK_AND_ASSIGN(const auto created, caller.Create(request));
      fleets.push_back(created.fleet().fleet_id());
    }
  }
  const FleetDriver caller(addresses_[0]);
  for (const std::string& id : fleets) FLEET_ASSERT_OK(caller.AwaitExpanded(id));
  InvariantChecker checker(database_.url());
  RunnerCrowd crowd({.addresses = addresses_, .runners = 12, .batch = 6, .reports_progress = true});
  for (const auto& [system, user] : {std::pair(5, 3), std::pair(60, 40), std::pair(11, 2), std::pair(2, 2),
                                     std::pair(1000, 1000), std::pair(30, 11)}) {
    SetLimits(system, user);
    ASSERT_TRUE(checker.AwaitSnapshots(4));
  }
  for (const std::string& id : fleets) {
    FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet ended, caller.AwaitEnd(id));
    EXPECT_EQ(ended.state(), v1::FLEET_STATE_COMPLETED);
  }
  crowd.Stop();
  EXPECT_EQ(crowd.completed(), 2400);
  EXPECT_EQ(crowd.leased(), 2400) << "every child is given out once when nothing is lost";
  EXPECT_GE(checker.snapshots_in_flight(), 10);
  FLEET_EXPECT_OK(checker.Finish());
}

TEST_F(DispatchCapsTest, ServicesAndWorkersKilledInTheMiddleCostNothing) {
  const FleetDriver caller(addresses_[0]);
  SetLimits(1000, 1000);
  v1::CreateFleetRequest request = FleetDriver::Request(400);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, caller.Create(request));
  FLEET_ASSERT_OK(caller.AwaitExpanded(created.fleet().fleet_id()));
  InvariantChecker checker(database_.url());
  RunnerCrowd crowd({.addresses = addresses_, .runners = 8, .batch = 3, .reports_progress = true});
  for (std::size_t i = kServices - 1; i > 0; --i) {
    ASSERT_TRUE(checker.AwaitSnapshots(1));
    services_[i]->Kill();
  }
  worker_->Kill();
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet ended, caller.AwaitEnd(created.fleet().fleet_id()));
  EXPECT_EQ(ended.state(), v1::FLEET_STATE_COMPLETED);
  EXPECT_EQ(ended.rollup().states().completed(), 400);
  crowd.Stop();
  FLEET_EXPECT_OK(checker.Finish());
}

}  // namespace
}  // namespace fleet::testing
