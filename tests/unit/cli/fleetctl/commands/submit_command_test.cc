#include "cli/fleetctl/commands/submit_command.h"

#include <csignal>
#include <sstream>
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
using ::testing::StartsWith;

using SubmitCommandTest = FleetctlTest;

const std::vector<std::string> kSubmit = {"submit", "--repos-file", "-", "--workflow", "examples/add-license-v1"};

TEST_F(SubmitCommandTest, SubmitSendsWhatWasAsked) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--task", "do it", "--param", "k=v", "--max-concurrency", "2", "--task-timeout", "90s",
                               "--max-tries", "4", "--priority", "-7", "--deadline", "2026-05-04T11:32:07.5+02:00",
                               "--request-id", "r-1"}),
                "acme/shop\nacme/web\n"),
            0);
  ASSERT_EQ(created_.size(), 1U);
  EXPECT_EQ(created_[0].request_id(), "r-1");
  EXPECT_EQ(created_[0].workflow_ref(), "examples/add-license-v1");
  EXPECT_EQ(created_[0].task_description(), "do it");
  EXPECT_EQ(created_[0].parameters().at("k"), "v");
  ASSERT_EQ(created_[0].targets_size(), 2);
  EXPECT_EQ(created_[0].targets(1).repo(), "acme/web");
  EXPECT_EQ(created_[0].policy().max_concurrency(), 2);
  EXPECT_EQ(created_[0].policy().task_timeout().seconds(), 90);
  EXPECT_EQ(created_[0].policy().max_tries(), 4);
  EXPECT_EQ(created_[0].policy().priority(), -7);
  EXPECT_EQ(created_[0].policy().deadline().seconds(), 1'777'887'127);
  EXPECT_EQ(created_[0].policy().deadline().nanos(), 500'000'000);
  EXPECT_THAT(out_, StartsWith(std::string("Fleet ") + kFleetId + " accepted"));
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl watch ") + kFleetId));
}

TEST_F(SubmitCommandTest, SubmitKeepsTheRequestIdThroughRetries) {
  answers_.create_fleet = [this](const v1::CreateFleetRequest& request, v1::CreateFleetResponse& response) {
    created_.push_back(request);
    if (created_.size() == 1) return absl::UnavailableError("the answer was lost");
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_PENDING, 1);
    response.set_replayed(true);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 0);
  ASSERT_EQ(created_.size(), 2U);
  EXPECT_EQ(created_[0].request_id().size(), 26U);
  EXPECT_EQ(created_[0].request_id(), created_[1].request_id());
  EXPECT_THAT(out_, HasSubstr("had been accepted before"));
}

TEST_F(SubmitCommandTest, ReplacesBranchesOnlyIfAskedTo) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--replace-branch"}), "acme/shop\n"), 0);
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 0);
  ASSERT_EQ(created_.size(), 2U);
  EXPECT_TRUE(created_[0].replace_branch());
  EXPECT_FALSE(created_[1].replace_branch());
  ClosedPort closed;
  EXPECT_EQ(RunAt(closed.address(), With(kSubmit, {"--replace-branch"}), "acme/shop\n"), 1);
  EXPECT_THAT(err_, HasSubstr(" --replace-branch --request-id "));
}

TEST_F(SubmitCommandTest, NamesThePool) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--pool", "gpu"}), "acme/shop\n"), 0);
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 0);
  ASSERT_EQ(created_.size(), 2U);
  EXPECT_EQ(created_[0].pool(), "gpu");
  EXPECT_EQ(created_[1].pool(), "") << "the service's default";
  answers_.create_fleet = Refuse(InvalidField("pool", "must match [a-z][a-z0-9-]{0,62}"));
  EXPECT_EQ(Run(With(kSubmit, {"--pool", "GPU"}), "acme/shop\n"), 2);
  EXPECT_THAT(err_, StartsWith("error: --pool: must match"));
}

TEST_F(SubmitCommandTest, NamesTheBranch) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--pool", "gpu", "--branch", "legal/licence-{{fleet}}"}), "acme/shop\n"), 0) << err_;
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 0);
  ASSERT_EQ(created_.size(), 2U);
  EXPECT_EQ(created_[0].pool(), "gpu");
  EXPECT_EQ(created_[0].branch(), "legal/licence-{{fleet}}");
  EXPECT_EQ(created_[1].pool(), "");
  EXPECT_EQ(created_[1].branch(), "");
}

TEST_F(SubmitCommandTest, SubmitPrintsHowToRepeatWhenItGivesUp) {
  ClosedPort closed;
  EXPECT_EQ(RunAt(closed.address(), With(kSubmit, {"--task", "it's"}), "acme/shop\n"), 1);
  EXPECT_THAT(err_, HasSubstr("cannot reach fleet-service: " + closed.address()));
  EXPECT_THAT(err_, HasSubstr("request id: "));
  EXPECT_THAT(err_, HasSubstr("fleetctl submit --repos-file - --workflow examples/add-license-v1 --task 'it'\\''s' "
                              "--request-id "));
  EXPECT_EQ(out_, "");
}

TEST_F(SubmitCommandTest, ARefusedSubmitHasNothingToRepeat) {
  answers_.create_fleet = [](const v1::CreateFleetRequest&, v1::CreateFleetResponse&) {
    ErrorInfo info;
    info.reason = "REPO_NOT_ONBOARDED";
    info.violations = {{"targets[0].repo", "\"acme/shop\" is not registered"}};
    return MakeError(absl::StatusCode::kFailedPrecondition, "1 repository is not registered", info);
  };
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 1);
  EXPECT_EQ(err_,
            "error: 1 repository is not registered\n"
            "  --repos-file: \"acme/shop\" is not registered\n"
            "  reason: REPO_NOT_ONBOARDED (FAILED_PRECONDITION)\n");
}

TEST_F(SubmitCommandTest, AMistakeInTheFileReachesNoServer) {
  EXPECT_EQ(Run(kSubmit, "acme/shop\nnonsense\n"), 1);
  EXPECT_THAT(err_, StartsWith("error: <stdin>:2: \"nonsense\""));
}

TEST_F(SubmitCommandTest, TheTableOfRepoImportIsAListOfRepositories) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(kSubmit, "repo,clone_url\nacme/shop,https://h/s\nacme/web,https://h/w\n"), 0) << err_;
  ASSERT_EQ(created_.size(), 1U);
  ASSERT_EQ(created_[0].targets_size(), 2);
  EXPECT_EQ(created_[0].targets(1).repo(), "acme/web");
}

TEST_F(SubmitCommandTest, ARefusedRepetitionSaysThatItsDeadlineMoved) {
  answers_.create_fleet = [](const v1::CreateFleetRequest&, v1::CreateFleetResponse&) {
    return MakeError(absl::StatusCode::kAlreadyExists, "request_id r-1 was used with another payload",
                     {"REQUEST_ID_REUSED", {}, {}});
  };
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1", "--deadline", "1h"}), "acme/shop\n"), 1);
  EXPECT_THAT(err_, HasSubstr("another payload; a --deadline of so long from now is another time with every call"));
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1", "--deadline", "2099-05-04T11:32:07Z"}), "acme/shop\n"), 1);
  EXPECT_THAT(err_, Not(HasSubstr("--deadline")));
}

TEST_F(SubmitCommandTest, SubmitAndWatchGiveZeroForACompletedFleet) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--watch"}), "acme/shop\n"), 0);
  EXPECT_THAT(out_, HasSubstr("COMPLETED 12/12 (100%): 12 completed\n"));
  EXPECT_THAT(out_, HasSubstr("Branch fleet/01jz0000000000000000000000 was pushed to 12 repositories."));
  EXPECT_THAT(out_, Not(HasSubstr("Failed:")));
}

TEST_F(SubmitCommandTest, CtrlCDuringSubmitSaysHowToRepeat) {
  answers_.create_fleet = [this](const v1::CreateFleetRequest&, v1::CreateFleetResponse&) {
    interruption_.Raise(SIGINT);
    Interruption never;
    never.SleepFor(absl::Milliseconds(50));
    return absl::UnavailableError("too late");
  };
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1"}), "acme/shop\n"), 130);
  EXPECT_THAT(err_, HasSubstr("may have been accepted"));
  EXPECT_THAT(err_, HasSubstr("--request-id r-1\n"));
}

TEST_F(SubmitCommandTest, WhatWasNotAskedIsLeftToTheService) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 0);
  ASSERT_EQ(created_.size(), 1U);
  EXPECT_FALSE(created_[0].policy().has_priority());
  EXPECT_FALSE(created_[0].policy().has_deadline());
}

// Otherwise the repeated command would be another request under the same id, and be refused.
TEST_F(SubmitCommandTest, TheCommandToRepeatHasTheDeadlineThatWasSent) {
  answers_.create_fleet = [this](const v1::CreateFleetRequest& request, v1::CreateFleetResponse&) {
    created_.push_back(request);
    return absl::UnavailableError("the answer was lost");
  };
  for (const std::vector<std::string>& deadline :
       {std::vector<std::string>{"--deadline", "2h30m"}, {"--deadline=2h30m"}}) {
    created_.clear();
    const absl::Time before = absl::FromUnixSeconds(absl::ToUnixSeconds(Clock::System().TimeNow()));
    EXPECT_EQ(Run(With(kSubmit, deadline), "acme/shop\n"), 1);
    ASSERT_FALSE(created_.empty());
    const google::protobuf::Timestamp sent = created_[0].policy().deadline();
    EXPECT_EQ(sent.nanos(), 0);
    EXPECT_GE(absl::FromUnixSeconds(sent.seconds()), before + absl::Minutes(150));
    const std::string text =
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(sent.seconds()), absl::UTCTimeZone());
    EXPECT_THAT(err_, HasSubstr(text + " --request-id " + created_[0].request_id()));
    EXPECT_THAT(err_, Not(HasSubstr("2h30m")));
  }
}

TEST_F(SubmitCommandTest, WatchAsJsonIsOneObjectALine) {
  AnswerSubmit(v1::FLEET_STATE_PARTIAL_FAILURE, 10, 2);
  EXPECT_EQ(Run(With(kSubmit, {"--watch", "-o", "json"}), "acme/shop\n"), 5);
  std::istringstream lines(out_);
  std::vector<std::string> states;
  for (std::string line; std::getline(lines, line);) {
    states.push_back(nlohmann::json::parse(line)["fleet"]["state"]);
  }
  EXPECT_THAT(states, ElementsAre("FLEET_STATE_PENDING", "FLEET_STATE_RUNNING", "FLEET_STATE_PARTIAL_FAILURE"));
  EXPECT_EQ(err_, "");
}

}  // namespace
}  // namespace fleet::cli
