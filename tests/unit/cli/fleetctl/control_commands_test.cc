#include "cli/fleetctl/commands/control_commands.h"

#include <string>
#include <vector>

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ControlCommandsTest : public FleetctlTest {
 protected:
  // GetFleet that answers with the policy of before, UpdateFleet that takes what the mask names.
  void AnswerUpdate() {
    policy_.set_max_concurrency(50);
    policy_.set_priority(0);
    answers_.get_fleet = [this](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
      *response.mutable_fleet()->mutable_policy() = policy_;
      return absl::OkStatus();
    };
    answers_.update_fleet = [this](const v1::UpdateFleetRequest& request, v1::UpdateFleetResponse& response) {
      updated_.push_back(request);
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2);
      v1::FleetPolicy& policy = *response.mutable_fleet()->mutable_policy();
      policy = policy_;
      policy.MergeFrom(request.policy());
      for (const std::string& path : request.update_mask().paths()) {
        if (path == "deadline" && !request.policy().has_deadline()) policy.clear_deadline();
      }
      return absl::OkStatus();
    };
  }

  std::vector<std::string> Paths() const {
    return {updated_.back().update_mask().paths().begin(), updated_.back().update_mask().paths().end()};
  }

  v1::FleetPolicy policy_;
  std::vector<v1::UpdateFleetRequest> updated_;
};

TEST_F(ControlCommandsTest, CancelSaysWhatHappens) {
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

TEST_F(ControlCommandsTest, CancelOfOneRepositoryLeavesTheOthers) {
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

TEST_F(ControlCommandsTest, PauseTellsWhatIsInFlight) {
  answers_.pause_fleet = [](const v1::PauseFleetRequest& request, v1::PauseFleetResponse& response) {
    EXPECT_EQ(request.fleet_id(), kFleetId);
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_PAUSED, 2);
    response.set_in_flight(4);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"pause", kFleetId}), 0);
  EXPECT_EQ(out_, std::string("Fleet ") + kFleetId +
                      " is PAUSED: nothing more is started; 4 under way go on to their end.\n");
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl resume ") + kFleetId));
  EXPECT_EQ(Run({"pause", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["in_flight"], 4);
  EXPECT_EQ(err_, "");
}

TEST_F(ControlCommandsTest, ResumeTellsTheStateAndWhyItStillWaits) {
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

TEST_F(ControlCommandsTest, UpdateTellsBeforeAndAfter) {
  AnswerUpdate();
  EXPECT_EQ(
      Run({"update", kFleetId, "--max-concurrency", "20", "--priority", "-5", "--deadline", "2026-05-04T11:32:07Z"}),
      0);
  EXPECT_EQ(out_, std::string("Fleet ") + kFleetId +
                      ": max concurrency 50 → 20, priority 0 → -5, deadline none → 2026-05-04 11:32:07Z\n");
  EXPECT_THAT(Paths(), ElementsAre("max_concurrency", "priority", "deadline"));
}

TEST_F(ControlCommandsTest, UpdateNamesOnlyWhatItChanges) {
  AnswerUpdate();
  EXPECT_EQ(Run({"update", kFleetId, "--priority", "0", "-o", "json"}), 0);
  EXPECT_THAT(Paths(), ElementsAre("priority"));
  EXPECT_TRUE(updated_.back().policy().has_priority());
  EXPECT_FALSE(updated_.back().policy().has_max_concurrency());
  EXPECT_EQ(nlohmann::json::parse(out_)["fleet"]["policy"]["max_concurrency"], 50);
}

TEST_F(ControlCommandsTest, UpdateRemovesADeadline) {
  AnswerUpdate();
  policy_.mutable_deadline()->set_seconds(1'777'887'127);
  EXPECT_EQ(Run({"update", kFleetId, "--deadline", "none"}), 0);
  EXPECT_THAT(out_, HasSubstr(": deadline 2026-05-04 09:32:07Z → none\n"));
  EXPECT_THAT(Paths(), ElementsAre("deadline"));
  EXPECT_FALSE(updated_.back().policy().has_deadline());
}

TEST_F(ControlCommandsTest, UpdateCountsADurationFromNow) {
  AnswerUpdate();
  const absl::Time now = Clock::System().TimeNow();
  EXPECT_EQ(Run({"update", kFleetId, "--deadline", "2h30m"}), 0);
  const absl::Time sent = absl::FromUnixSeconds(updated_.back().policy().deadline().seconds());
  EXPECT_GE(sent, now + absl::Minutes(150));
  EXPECT_LE(sent, now + absl::Minutes(155));
}

TEST_F(ControlCommandsTest, RefusalsAreErrorsWithTheServersWords) {
  const auto refuse = Refuse(absl::NotFoundError("there is no such fleet"));
  answers_.cancel_fleet = refuse;
  answers_.cancel_fleet_task = refuse;
  answers_.pause_fleet = refuse;
  answers_.resume_fleet = refuse;
  answers_.update_fleet = refuse;
  answers_.get_fleet = refuse;
  const std::vector<std::vector<std::string>> commands = {{"cancel", kFleetId},
                                                          {"cancel", kFleetId, "acme/shop"},
                                                          {"pause", kFleetId},
                                                          {"resume", kFleetId},
                                                          {"update", kFleetId, "--priority", "1"}};
  for (const std::vector<std::string>& command : commands) {
    EXPECT_EQ(Run(command), 1);
    EXPECT_EQ(out_, "");
    EXPECT_EQ(err_, "error: there is no such fleet\n");
    EXPECT_EQ(Run(With(command, {"-o", "json"})), 1);
    EXPECT_EQ(out_, "");
    EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
  }
}

TEST_F(ControlCommandsTest, ReasonsOfAnEndedFleetAreTold) {
  ErrorInfo info;
  info.reason = "FLEET_ALREADY_ENDED";
  answers_.pause_fleet = Refuse(MakeError(absl::StatusCode::kFailedPrecondition, "the fleet has ended", info));
  EXPECT_EQ(Run({"pause", kFleetId}), 1);
  EXPECT_EQ(err_, "error: the fleet has ended\n  reason: FLEET_ALREADY_ENDED (FAILED_PRECONDITION)\n");
  EXPECT_THAT(err_, Not(HasSubstr("resume")));
}

}  // namespace
}  // namespace fleet::cli
