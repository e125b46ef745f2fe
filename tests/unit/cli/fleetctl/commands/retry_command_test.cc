#include "cli/fleetctl/commands/retry_command.h"

#include <csignal>
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

class RetryCommandTest : public FleetctlTest {
 protected:
  RetryCommandTest() {
    AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
    answers_.retry_fleet = [this](const v1::RetryFleetRequest& request, v1::RetryFleetResponse& response) {
      retried_.push_back(request);
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 7, 8, 4);
      response.mutable_fleet()->set_generation(2);
      response.mutable_fleet()->set_retrying(true);
      return absl::OkStatus();
    };
  }

  std::vector<v1::RetryFleetRequest> retried_;
};

TEST_F(RetryCommandTest, WithoutASelectionTakesTheServicesDefaults) {
  EXPECT_EQ(Run({"retry", kFleetId}), 0);
  ASSERT_EQ(retried_.size(), 1U);
  EXPECT_EQ(retried_[0].fleet_id(), kFleetId);
  EXPECT_EQ(retried_[0].request_id().size(), 26U);
  EXPECT_EQ(retried_[0].selection().ByteSizeLong(), 0U);
  EXPECT_EQ(retried_[0].amendment().ByteSizeLong(), 0U);
  EXPECT_EQ(out_, std::string("Fleet ") + kFleetId +
                      ": generation 2 begun, examples/add-license-v1@1.0.0; RUNNING, and a worker returns the chosen "
                      "repositories to the queue\n");
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl watch ") + kFleetId));
}

TEST_F(RetryCommandTest, ReplacesBranchesOnlyIfAskedTo) {
  EXPECT_EQ(Run({"retry", kFleetId, "--replace-branch"}), 0);
  EXPECT_EQ(Run({"retry", kFleetId, "--task", "again"}), 0);
  ASSERT_EQ(retried_.size(), 2U);
  EXPECT_TRUE(retried_[0].amendment().replace_branch());
  EXPECT_FALSE(retried_[1].amendment().replace_branch());
}

TEST_F(RetryCommandTest, SendsWhatWasChosen) {
  EXPECT_EQ(Run({"retry", kFleetId, "--state", "failed", "--state", "timed-out", "--category", "network", "--category",
                 "FAILURE_CATEGORY_AUTH", "--fingerprint", "0123456789ABCDEF", "--repo", "acme/shop", "--repos-file",
                 "-", "--request-id", "r-2"},
                "acme/web\nacme/api\n"),
            0);
  ASSERT_EQ(retried_.size(), 1U);
  EXPECT_EQ(retried_[0].request_id(), "r-2");
  const v1::RetrySelection& selection = retried_[0].selection();
  EXPECT_THAT(selection.states(), ElementsAre(v1::TASK_STATE_FAILED, v1::TASK_STATE_TIMED_OUT));
  EXPECT_THAT(selection.categories(), ElementsAre(v1::FAILURE_CATEGORY_NETWORK, v1::FAILURE_CATEGORY_AUTH));
  EXPECT_THAT(selection.fingerprints(), ElementsAre("0123456789abcdef"));
  EXPECT_THAT(selection.repos(), ElementsAre("acme/shop", "acme/web", "acme/api"));
}

TEST_F(RetryCommandTest, SendsWhatIsDoneOtherwise) {
  EXPECT_EQ(Run({"retry", kFleetId, "--task", "do it right", "--param", "a=1", "--param", "b=", "--workflow",
                 "examples/add-license-v1@1.0.1"}),
            0);
  ASSERT_EQ(retried_.size(), 1U);
  const v1::FleetAmendment& amendment = retried_[0].amendment();
  EXPECT_EQ(amendment.task_description(), "do it right");
  EXPECT_TRUE(amendment.replace_parameters());
  EXPECT_EQ(amendment.parameters().size(), 2U);
  EXPECT_EQ(amendment.parameters().at("a"), "1");
  EXPECT_EQ(amendment.workflow_ref(), "examples/add-license-v1@1.0.1");
}

TEST_F(RetryCommandTest, AnEmptyTaskIsATask) {
  EXPECT_EQ(Run({"retry", kFleetId, "--task", ""}), 0);
  ASSERT_EQ(retried_.size(), 1U);
  EXPECT_TRUE(retried_[0].amendment().has_task_description());
  EXPECT_FALSE(retried_[0].amendment().replace_parameters());
}

TEST_F(RetryCommandTest, KeepsTheRequestIdThroughRetries) {
  answers_.retry_fleet = [this](const v1::RetryFleetRequest& request, v1::RetryFleetResponse& response) {
    retried_.push_back(request);
    if (retried_.size() == 1) return absl::UnavailableError("the answer was lost");
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 7);
    response.mutable_fleet()->set_generation(2);
    response.set_replayed(true);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"retry", kFleetId}), 0);
  ASSERT_EQ(retried_.size(), 2U);
  EXPECT_EQ(retried_[0].request_id(), retried_[1].request_id());
  EXPECT_THAT(out_, HasSubstr("generation 2 had been begun before, examples/add-license-v1@1.0.0; RUNNING\n"));
}

TEST_F(RetryCommandTest, PrintsHowToRepeatWhenItGivesUp) {
  ClosedPort closed;
  EXPECT_EQ(RunAt(closed.address(), {"retry", kFleetId, "--task", "it's"}), 1);
  EXPECT_THAT(err_, HasSubstr("request id: "));
  EXPECT_THAT(err_, HasSubstr(std::string("never makes a second generation: fleetctl retry ") + kFleetId +
                              " --task 'it'\\''s' --request-id "));
  EXPECT_EQ(RunAt(closed.address(), {"retry", kFleetId, "--request-id", "r-2", "-o", "json"}), 1);
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["request_id"], "r-2");
  EXPECT_EQ(out_, "");
}

TEST_F(RetryCommandTest, CtrlCSaysHowToRepeat) {
  answers_.retry_fleet = [this](const v1::RetryFleetRequest&, v1::RetryFleetResponse&) {
    interruption_.Raise(SIGINT);
    return absl::UnavailableError("too late");
  };
  EXPECT_EQ(Run({"retry", kFleetId, "--request-id", "r-2"}), 130);
  EXPECT_THAT(err_, HasSubstr("may have begun"));
  EXPECT_THAT(err_, HasSubstr("--request-id r-2\n"));
}

TEST_F(RetryCommandTest, ARefusalHasNothingToRepeat) {
  ErrorInfo info;
  info.reason = "NOTHING_TO_RETRY";
  answers_.retry_fleet =
      Refuse(MakeError(absl::StatusCode::kFailedPrecondition, "no child is in a chosen state", info));
  EXPECT_EQ(Run({"retry", kFleetId}), 1);
  EXPECT_EQ(err_, "error: no child is in a chosen state\n  reason: NOTHING_TO_RETRY (FAILED_PRECONDITION)\n");
  answers_.retry_fleet = Refuse(absl::NotFoundError("there is no such fleet"));
  EXPECT_EQ(Run({"retry", kFleetId, "--watch"}), 1);
  EXPECT_EQ(err_, "error: there is no such fleet\n");
}

TEST_F(RetryCommandTest, AMistakeInTheFileReachesNoServer) {
  EXPECT_EQ(Run({"retry", kFleetId, "--repos-file", "-"}, "nonsense\n"), 1);
  EXPECT_THAT(err_, HasSubstr("<stdin>:1: \"nonsense\""));
  EXPECT_TRUE(retried_.empty());
}

TEST_F(RetryCommandTest, WatchGivesTheExitCodeOfTheNewEnd) {
  EXPECT_EQ(Run({"retry", kFleetId, "--watch"}), 0);
  EXPECT_THAT(out_, HasSubstr("COMPLETED 12/12 (100%): 12 completed\n"));
  AnswerSubmit(v1::FLEET_STATE_PARTIAL_FAILURE, 10, 2);
  EXPECT_EQ(Run({"retry", kFleetId, "--watch"}), 5);
}

TEST_F(RetryCommandTest, JsonIsTheAnswerAndThenOneObjectALine) {
  EXPECT_EQ(Run({"retry", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["fleet"]["generation"], 2);
  EXPECT_EQ(err_, "");
  EXPECT_EQ(Run({"retry", kFleetId, "--watch", "-o", "json"}), 0);
  std::istringstream lines(out_);
  std::vector<std::string> states;
  for (std::string line; std::getline(lines, line);) {
    states.push_back(nlohmann::json::parse(line)["fleet"]["state"]);
  }
  EXPECT_THAT(states, ElementsAre("FLEET_STATE_RUNNING", "FLEET_STATE_RUNNING", "FLEET_STATE_COMPLETED"));
}

TEST_F(RetryCommandTest, TextOfOthersIsSanitised) {
  answers_.retry_fleet = [](const v1::RetryFleetRequest&, v1::RetryFleetResponse& response) {
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 7);
    response.mutable_fleet()->set_resolved_workflow(
        "a/b-v1@\x1b[2J"
        "1.0.0");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"retry", kFleetId}), 0);
  EXPECT_THAT(out_, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace fleet::cli
