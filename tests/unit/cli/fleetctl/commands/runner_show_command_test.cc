#include "cli/fleetctl/commands/runner_show_command.h"

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/example_messages.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

class RunnerShowCommandTest : public FleetctlTest {
 protected:
  RunnerShowCommandTest() { answers_.get_runner = AnswerRunner; }

  // So many runners called "twin", in the state that is asked for.
  void AnswerTwins(int there, int gone) {
    answers_.list_runners = [=](const v1::ListRunnersRequest& request, v1::ListRunnersResponse& response) {
      EXPECT_EQ(request.name(), "twin");
      const bool asks_for_gone = request.states_size() > 0;
      v1::ListRunnersResponse examples;
      AddRunners(examples);
      for (int i = 0; i < (asks_for_gone ? gone : there); ++i) *response.add_runners() = examples.runners(i);
      return absl::OkStatus();
    };
  }
};

TEST_F(RunnerShowCommandTest, ARunnerIsShownWithWhatItHolds) {
  EXPECT_EQ(Run({"runner", "show", "01jxtb0r6n5q8s2d7f4g1h9j3k"}), 0);
  EXPECT_EQ(out_,
            "Runner        build-7\n"
            "Id            01JXTB0R6N5Q8S2D7F4G1H9J3K\n"
            "State         LIVE\n"
            "Heartbeat     2s ago\n"
            "Pool          default\n"
            "Slots         4, 2 in use\n"
            "Version       0.1.0\n"
            "Host          build-7.build.example.com (192.0.2.7)\n"
            "User          fleet-runner\n"
            "Since         2025-06-15 13:03:20Z\n"
            "\n"
            "REPO\tSTATE\tHELD_FOR\tATTEMPT\tFLEET\n"
            "acme-web/storefront\tRUNNING\t2m 10s\t1\t01JXTB1W60QK4T7XWZ2V5N6P8R\n"
            "acme-web/checkout-frontend\tHYDRATING\t12s\t1\t01JXTB1W60QK4T7XWZ2V5N6P8R\n");
}

TEST_F(RunnerShowCommandTest, ANameMeansTheOneThatIsThere) {
  AnswerTwins(1, 2);
  EXPECT_EQ(Run({"runner", "show", "twin", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["runner"]["runner_id"], "01JXTB0R6N5Q8S2D7F4G1H9J3K");
  AnswerTwins(0, 1);
  EXPECT_EQ(Run({"runner", "show", "twin"}), 0) << "the last that was called so";
}

TEST_F(RunnerShowCommandTest, SeveralThatAreThereAreNamedAndNoneIsShown) {
  AnswerTwins(2, 0);
  EXPECT_EQ(Run({"runner", "show", "twin"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, HasSubstr("01JXTB0R6N5Q8S2D7F4G1H9J3K, 01JXTB0R6N5Q8S2D7F4G1H9J3M"));
}

TEST_F(RunnerShowCommandTest, WhatIsNoRunnerIsAnError) {
  AnswerTwins(0, 0);
  EXPECT_EQ(Run({"runner", "show", "twin"}), 1);
  EXPECT_THAT(err_, HasSubstr("no runner has the id or the name twin"));
  EXPECT_EQ(Run({"runner", "show", "01JXTB0R6N5Q8S2D7F4G1H9J3Z"}), 1);
  EXPECT_THAT(err_, HasSubstr("there is no runner 01JXTB0R6N5Q8S2D7F4G1H9J3Z"));
}

TEST_F(RunnerShowCommandTest, TextsOfARunnerAreSanitised) {
  answers_.get_runner = [](const v1::GetRunnerRequest&, v1::GetRunnerResponse& response) {
    response.mutable_runner()->set_name("bui\x1b[2Jld");
    response.mutable_runner()->set_host("ho\nst");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"runner", "show", "01JXTB0R6N5Q8S2D7F4G1H9J3K"}), 0);
  EXPECT_THAT(out_, HasSubstr("Runner        build\n"));
  EXPECT_THAT(out_, HasSubstr("Host          ho st\n"));
}

}  // namespace
}  // namespace fleet::cli
