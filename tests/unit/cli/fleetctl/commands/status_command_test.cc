#include "cli/fleetctl/commands/status_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

using StatusCommandTest = FleetctlTest;

TEST_F(StatusCommandTest, StatusOfAFailedFleetIsStillZero) {
  answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_FAILED, 9, 0, 12);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("State         FAILED\n"));
  EXPECT_EQ(Run({"status", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["fleet"]["rollup"]["states"]["failed"], 12);
}

TEST_F(StatusCommandTest, TheTimeOfTheLastGenerationIsToldApart) {
  answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_COMPLETED, 9, 12);
    response.mutable_fleet()->set_generation(2);
    response.mutable_fleet()->mutable_end_time()->set_seconds(1'750'000'000);
    response.add_generations()->mutable_create_time()->set_seconds(1'750'000'000 - 194);
    response.add_generations()->mutable_create_time()->set_seconds(1'750'000'000 - 14);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("Elapsed       3m 14s since it was submitted, 14s of it in generation 2\n"));
}

}  // namespace
}  // namespace fleet::cli
