// What one call may carry, to the last lease and the last byte.
#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "tests/support/fleet_driver.h"
#include "tests/support/runner_driver.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using ::testing::SizeIs;

class CallLimitsTest : public ::testing::Test {
 protected:
  void SetUp() override { FLEET_ASSERT_OK_AND_ASSIGN(service_, ServerProcess::StartService(database_.url(), {})); }

  TestDatabase database_;
  TestStores stores_{database_.url(), 501};
  std::unique_ptr<ServerProcess> service_;
};

TEST_F(CallLimitsTest, FiveHundredLeasesAreHandedOutAtOnceAndNoMore) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 501});
  stores_.ExpandAll();
  stores_.Sql("update limits set value = 1000");
  RunnerDriver runner(service_->address());
  FLEET_ASSERT_OK(runner.Register(600));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto leases, runner.Lease(501));
  EXPECT_THAT(leases, SizeIs(500));
  FLEET_ASSERT_OK_AND_ASSIGN(const auto rest, runner.Lease(501));
  EXPECT_THAT(rest, SizeIs(1));
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 501);
}

TEST_F(CallLimitsTest, ARequestOf32MiBIsReadAndOneByteMoreIsNot) {
  constexpr std::size_t kMost = 32 << 20;
  v1::CreateFleetRequest request = FleetDriver::Request(1);
  request.set_task_description(std::string(kMost - request.ByteSizeLong(), 't'));
  while (request.ByteSizeLong() > kMost) request.mutable_task_description()->pop_back();
  ASSERT_EQ(request.ByteSizeLong(), kMost);
  const FleetDriver driver(service_->address());
  EXPECT_THAT(driver.Create(request), StatusIs(absl::StatusCode::kInvalidArgument)) << "read, and found too long";
  request.mutable_task_description()->push_back('t');
  EXPECT_THAT(driver.Create(request), StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace fleet::testing
