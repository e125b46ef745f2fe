#include "cli/fleetctl/commands/pause_command.h"

#include <string>

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using PauseCommandTest = FleetctlTest;

TEST_F(PauseCommandTest, PauseTellsWhatIsInFlight) {
  int in_flight = 4;
  answers_.pause_fleet = [&in_flight](const v1::PauseFleetRequest& request, v1::PauseFleetResponse& response) {
    EXPECT_EQ(request.fleet_id(), kFleetId);
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_PAUSED, 2);
    response.set_in_flight(in_flight);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"pause", kFleetId}), 0);
  EXPECT_EQ(out_, std::string("Fleet ") + kFleetId +
                      " is PAUSED: nothing more is started; 4 under way go on to their end.\n");
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl resume ") + kFleetId));
  EXPECT_EQ(Run({"pause", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["in_flight"], 4);
  EXPECT_EQ(err_, "");
  in_flight = 1;
  EXPECT_EQ(Run({"pause", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("; 1 under way goes on to its end.\n"));
}

TEST_F(PauseCommandTest, ReasonsOfAnEndedFleetAreTold) {
  ErrorInfo info;
  info.reason = "FLEET_ALREADY_ENDED";
  answers_.pause_fleet = Refuse(MakeError(absl::StatusCode::kFailedPrecondition, "the fleet has ended", info));
  EXPECT_EQ(Run({"pause", kFleetId}), 1);
  EXPECT_EQ(err_, "error: the fleet has ended\n  reason: FLEET_ALREADY_ENDED (FAILED_PRECONDITION)\n");
  EXPECT_THAT(err_, Not(HasSubstr("resume")));
}

TEST_F(PauseCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.pause_fleet = Refuse(absl::NotFoundError("there is no such fleet"));
  EXPECT_EQ(Run({"pause", kFleetId}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: there is no such fleet\n");
  EXPECT_EQ(Run({"pause", kFleetId, "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

}  // namespace
}  // namespace fleet::cli
