#include "cli/fleetctl/commands/resume_command.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

using ResumeCommandTest = FleetctlTest;

TEST_F(ResumeCommandTest, ResumeTellsTheStateAndWhyItStillWaits) {
  v1::FleetState state = v1::FLEET_STATE_RUNNING;
  answers_.resume_fleet = [&state](const v1::ResumeFleetRequest& request, v1::ResumeFleetResponse& response) {
    EXPECT_EQ(request.fleet_id(), kFleetId);
    *response.mutable_fleet() = MakeFleet(state, 3);
    response.mutable_fleet()->add_waiting_on()->set_message("All runners \x1b[2Jare busy.");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"resume", kFleetId}), 0);
  EXPECT_EQ(out_,
            std::string("Fleet ") + kFleetId + " is RUNNING: 6 active, 6 queued.\nWaiting on: All runners are busy.\n");
  state = v1::FLEET_STATE_PAUSED;
  EXPECT_EQ(Run({"resume", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("is still PAUSED"));
  EXPECT_EQ(Run({"resume", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["fleet"]["state"], "FLEET_STATE_PAUSED");
}

TEST_F(ResumeCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.resume_fleet = Refuse(absl::NotFoundError("there is no such fleet"));
  EXPECT_EQ(Run({"resume", kFleetId}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: there is no such fleet\n");
  EXPECT_EQ(Run({"resume", kFleetId, "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

}  // namespace
}  // namespace fleet::cli
