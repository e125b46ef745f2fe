#include "cli/fleetctl/commands/submit_command.h"

#include <csignal>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
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

TEST_F(SubmitCommandTest, ATraceparentThatIsNoneIsRefusedBeforeAnythingIsSent) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 1, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--traceparent", "00-nonsense"}), "acme/shop\n"), 1);
  EXPECT_THAT(err_, HasSubstr("--traceparent"));
  EXPECT_THAT(created_, IsEmpty());
  EXPECT_EQ(
      Run(With(kSubmit, {"--traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}), "acme/shop\n"),
      0);
  EXPECT_EQ(created_.size(), 1U);
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

// A fleet that is made of parts, as the service keeps it.
class SubmitInPartsTest : public FleetctlTest {
 protected:
  static std::string Lines(int repositories) {
    std::string lines;
    for (int i = 1; i <= repositories; ++i) absl::StrAppend(&lines, "acme/repo", i, "\n");
    return lines;
  }
  void AnswerParts() {
    answers_.create_fleet = [this](const v1::CreateFleetRequest& request, v1::CreateFleetResponse& response) {
      response.set_replayed(!created_.empty());
      created_.push_back(request);
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_PENDING, 1);
      return absl::OkStatus();
    };
    answers_.add_fleet_targets = [this](const v1::AddFleetTargetsRequest& request, v1::AddFleetTargetsResponse&) {
      EXPECT_EQ(request.fleet_id(), kFleetId);
      if (request.part() == fails_at_) return failure_;
      parts_.push_back(request.part());
      sizes_[request.part()] = request.targets_size();
      return absl::OkStatus();
    };
    answers_.seal_fleet = [this](const v1::SealFleetRequest& request, v1::SealFleetResponse& response) {
      sealed_.push_back(request.total());
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_PENDING, 4);
      response.mutable_fleet()->mutable_rollup()->set_total(request.total());
      return absl::OkStatus();
    };
    answers_.cancel_fleet = [this](const v1::CancelFleetRequest& request, v1::CancelFleetResponse&) {
      cancelled_.push_back(request.fleet_id());
      return absl::OkStatus();
    };
  }

  std::vector<int> parts_;
  std::map<int, int> sizes_;
  std::vector<int> sealed_;
  std::vector<std::string> cancelled_;
  int fails_at_ = 0;
  absl::Status failure_;
};

TEST_F(SubmitInPartsTest, WhatFitsOneCallIsOneCall) {
  AnswerParts();
  EXPECT_EQ(Run(kSubmit, Lines(100'000)), 0) << err_;
  ASSERT_EQ(created_.size(), 1U);
  EXPECT_FALSE(created_[0].open_targets());
  EXPECT_EQ(created_[0].targets_size(), 100'000);
  EXPECT_THAT(sealed_, IsEmpty());
}

TEST_F(SubmitInPartsTest, MoreComesInPartsAndIsSealed) {
  AnswerParts();
  EXPECT_EQ(Run(With(kSubmit, {"--task", "do it"}), Lines(250'000)), 0) << err_;
  ASSERT_EQ(created_.size(), 1U);
  EXPECT_TRUE(created_[0].open_targets());
  EXPECT_EQ(created_[0].targets_size(), 0);
  EXPECT_EQ(created_[0].task_description(), "do it");
  EXPECT_THAT(sizes_, ElementsAre(Pair(1, 100'000), Pair(2, 100'000), Pair(3, 50'000)));
  EXPECT_THAT(sealed_, ElementsAre(250'000));
  EXPECT_THAT(out_, HasSubstr("accepted: 250000 repositories"));
  EXPECT_THAT(err_, HasSubstr("Sent 200000 of 250000 repositories\n"));
}

TEST_F(SubmitInPartsTest, JsonIsThatOfOneCall) {
  AnswerParts();
  EXPECT_EQ(Run(With(kSubmit, {"-o", "json"}), Lines(100'001)), 0) << err_;
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["fleet"]["fleet_id"], kFleetId);
  EXPECT_EQ(json["fleet"]["rollup"]["total"], 100'001);
  EXPECT_EQ(json["replayed"], false);
  EXPECT_EQ(err_, "");
}

TEST_F(SubmitInPartsTest, ARepetitionSendsTheSamePartsToTheSameFleet) {
  AnswerParts();
  fails_at_ = 2;
  failure_ = absl::UnavailableError("away");
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1"}), Lines(250'000)), 1);
  EXPECT_THAT(err_, HasSubstr("repeat it, which never makes a second fleet: "));
  EXPECT_THAT(cancelled_, IsEmpty());
  EXPECT_THAT(sealed_, IsEmpty());
  fails_at_ = 0;
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1"}), Lines(250'000)), 0) << err_;
  EXPECT_THAT(parts_, ElementsAre(1, 1, 2, 3));
  ASSERT_EQ(created_.size(), 2U);
  EXPECT_EQ(created_[0].SerializeAsString(), created_[1].SerializeAsString());
  EXPECT_THAT(out_, HasSubstr("had been accepted before"));
}

TEST_F(SubmitInPartsTest, AServiceThatIsBusyIsNoRefusal) {
  AnswerParts();
  fails_at_ = 2;
  failure_ = MakeError(absl::StatusCode::kResourceExhausted, "too much at once",
                       {"TOO_MANY_REQUEST_BYTES", {}, {}, absl::Seconds(1)});
  EXPECT_EQ(Run(kSubmit, Lines(150'000)), 1);
  EXPECT_THAT(err_, HasSubstr("repeat it, which never makes a second fleet: "));
  EXPECT_THAT(cancelled_, IsEmpty());
}

TEST_F(SubmitInPartsTest, AFleetThatIsRefusedHalfWayIsCancelled) {
  AnswerParts();
  fails_at_ = 2;
  failure_ =
      MakeError(absl::StatusCode::kResourceExhausted, "limit targets_per_fleet is 100000", {"TARGETS_LIMIT", {}, {}});
  EXPECT_EQ(Run(kSubmit, Lines(150'000)), 1);
  EXPECT_THAT(err_, HasSubstr("error: limit targets_per_fleet is 100000"));
  EXPECT_THAT(err_, HasSubstr(std::string("fleet ") + kFleetId + ", which had a part of it, was cancelled"));
  EXPECT_THAT(cancelled_, ElementsAre(kFleetId));
}

// It may have been complete for long.
TEST_F(SubmitInPartsTest, AnEarlierFleetWithOtherRepositoriesIsLeftAlone) {
  AnswerParts();
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1"}), Lines(100'001)), 0) << err_;
  fails_at_ = 1;
  failure_ = MakeError(absl::StatusCode::kAlreadyExists, "part 1 came with other targets", {"PART_REUSED", {}, {}});
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1"}), Lines(100'002)), 1);
  EXPECT_THAT(err_, HasSubstr(std::string("was used with other repositories, for fleet ") + kFleetId));
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl status ") + kFleetId));
  EXPECT_THAT(cancelled_, IsEmpty());
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
