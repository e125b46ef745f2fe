// Wake-up hints are hints: without them everything still happens, on the polls' time.
#include <gtest/gtest.h>

#include <memory>

#include "common/rpc/channel.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/runner_crowd.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

class WakeUpHintsTest : public ::testing::Test {
 protected:
  WakeUpHintsTest() : stores_(database_.url(), 600) {}
  void SetUp() override {
    const std::vector<std::string> flags = {"--wake_up_hints=false"};
    FLEET_ASSERT_OK_AND_ASSIGN(callers_, ServerProcess::StartService(database_.url(), flags));
    FLEET_ASSERT_OK_AND_ASSIGN(runners_, ServerProcess::StartService(database_.url(), flags));
    FLEET_ASSERT_OK_AND_ASSIGN(worker_, ServerProcess::StartWorker(database_.url(), flags));
  }

  TestDatabase database_;
  TestStores stores_;
  std::unique_ptr<ServerProcess> callers_;
  std::unique_ptr<ServerProcess> runners_;
  std::unique_ptr<ServerProcess> worker_;
};

TEST_F(WakeUpHintsTest, WithoutThemAFleetEndsAndItsWatcherSeesTheEnd) {
  InvariantChecker checker(database_.url());
  // The runners are parked before there is work.
  RunnerCrowd crowd({.addresses = {runners_->address()}, .runners = 3, .lease_wait = absl::Seconds(2)});
  const FleetDriver caller(callers_->address());
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, caller.Create(FleetDriver::Request(600)));
  grpc::ClientContext context;
  rpc::PrepareContext(context, "watcher", absl::Seconds(60));
  v1::WatchFleetRequest request;
  request.set_fleet_id(created.fleet().fleet_id());
  auto fleets = caller.Fleets();
  auto reader = fleets.WatchFleet(&context, request);
  v1::WatchFleetResponse message;
  v1::Fleet last;
  while (reader->Read(&message)) {
    if (message.has_fleet()) last = message.fleet();
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(last.state(), v1::FLEET_STATE_COMPLETED);
  EXPECT_EQ(last.rollup().states().completed(), 600);
  crowd.Stop();
  FLEET_EXPECT_OK(checker.Finish());
}

TEST_F(WakeUpHintsTest, WithoutThemACancelledFleetEnds) {
  const FleetDriver caller(callers_->address());
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, caller.Create(FleetDriver::Request(600)));
  FLEET_ASSERT_OK(caller.Cancel(created.fleet().fleet_id()));
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet ended, caller.AwaitEnd(created.fleet().fleet_id()));
  EXPECT_EQ(ended.state(), v1::FLEET_STATE_CANCELLED);
  EXPECT_EQ(ended.rollup().states().cancelled(), 600);
}

}  // namespace
}  // namespace fleet::testing
