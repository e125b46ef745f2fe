#include "cli/fleetctl/commands/cancel_command.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

using CancelCommandTest = FleetctlTest;

TEST_F(CancelCommandTest, CancelSaysWhatHappens) {
  answers_.cancel_fleet = [](const v1::CancelFleetRequest& request, v1::CancelFleetResponse& response) {
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_CANCELLING, 1);
    response.mutable_fleet()->set_cancel_mode(request.mode());
    response.set_in_flight(5);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"cancel", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("CANCELLING: nothing more is started; 5 under way are being stopped."));
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl watch ") + kFleetId));
  EXPECT_EQ(Run({"cancel", kFleetId, "--drain"}), 0);
  EXPECT_THAT(out_, HasSubstr("5 under way may end by themselves."));
  EXPECT_EQ(Run({"cancel", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["in_flight"], 5);
}

TEST_F(CancelCommandTest, OneIsNotMany) {
  answers_.cancel_fleet = [](const v1::CancelFleetRequest& request, v1::CancelFleetResponse& response) {
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_CANCELLING, 1);
    response.mutable_fleet()->set_cancel_mode(request.mode());
    response.set_in_flight(1);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"cancel", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("; 1 under way is being stopped.\n"));
  EXPECT_EQ(Run({"cancel", kFleetId, "--drain"}), 0);
  EXPECT_THAT(out_, HasSubstr("; 1 under way may end by itself.\n"));
}

TEST_F(CancelCommandTest, CancelOfOneRepositoryLeavesTheOthers) {
  v1::TaskState state = v1::TASK_STATE_CANCELLED;
  answers_.cancel_fleet_task = [&state](const v1::CancelFleetTaskRequest& request,
                                        v1::CancelFleetTaskResponse& response) {
    EXPECT_EQ(request.fleet_id(), kFleetId);
    *response.mutable_task() = MakeTask(3, request.repo(), state);
    response.mutable_task()->set_cancel_requested(true);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"cancel", kFleetId, "acme/shop"}), 0);
  EXPECT_EQ(out_, "acme/shop is CANCELLED.\n");
  state = v1::TASK_STATE_RUNNING;
  EXPECT_EQ(Run({"cancel", kFleetId, "acme/shop"}), 0);
  EXPECT_EQ(out_, "acme/shop is RUNNING, and being stopped.\n");
  EXPECT_EQ(Run({"cancel", kFleetId, "acme/shop", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["task"]["cancel_requested"], true);
}

TEST_F(CancelCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.cancel_fleet = Refuse(absl::NotFoundError("there is no such fleet"));
  answers_.cancel_fleet_task = Refuse(absl::NotFoundError("there is no such fleet"));
  EXPECT_EQ(Run({"cancel", kFleetId}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: there is no such fleet\n");
  EXPECT_EQ(Run({"cancel", kFleetId, "acme/shop"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: there is no such fleet\n");
  EXPECT_EQ(Run({"cancel", kFleetId, "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

}  // namespace
}  // namespace fleet::cli
