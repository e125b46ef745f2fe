#include "cli/fleetctl/commands/runner_list_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/example_messages.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RunnerListCommandTest : public FleetctlTest {
 protected:
  void AnswerRunners() {
    answers_.list_runners = [this](const v1::ListRunnersRequest& request, v1::ListRunnersResponse& response) {
      requests_.push_back(request);
      AddRunners(response);
      return absl::OkStatus();
    };
  }
  std::vector<v1::ListRunnersRequest> requests_;
};

TEST_F(RunnerListCommandTest, RunnersAreATable) {
  AnswerRunners();
  EXPECT_EQ(Run({"runner", "list"}), 0);
  EXPECT_EQ(out_,
            "RUNNER\tSTATE\tPOOL\tIN_USE\tHEARTBEAT\tVERSION\tSINCE\tHOST\tADDRESS\tID\n"
            "build-7\tLIVE\tdefault\t2/4\t2s ago\t0.1.0\t2025-06-15 13:03:20Z\tbuild-7.build.example.com\t192.0.2.7\t"
            "01JXTB0R6N5Q8S2D7F4G1H9J3K\n"
            "gpu-1\tLOST\tgpu\t1/1\t1m 35s ago\t—\t2025-06-15 13:03:20Z\tgpu-1.build.example.com\t—\t"
            "01JXTB0R6N5Q8S2D7F4G1H9J3M\n");
}

TEST_F(RunnerListCommandTest, FiltersArePassedOn) {
  AnswerRunners();
  EXPECT_EQ(Run({"runner", "list", "--pool", "gpu", "--name", "gpu-1", "--state", "lost", "--state", "GONE", "--limit",
                 "1", "-o", "json"}),
            0);
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].pool(), "gpu");
  EXPECT_EQ(requests_[0].name(), "gpu-1");
  EXPECT_THAT(requests_[0].states(), ElementsAre(v1::RUNNER_STATE_LOST, v1::RUNNER_STATE_GONE));
  EXPECT_EQ(requests_[0].page_size(), 1);
  EXPECT_EQ(nlohmann::json::parse(out_)["runners"].size(), 1U) << "no more than were asked for";
}

TEST_F(RunnerListCommandTest, AnUnknownStateIsWrongUsage) {
  EXPECT_EQ(Run({"runner", "list", "--state", "asleep"}), 2);
  EXPECT_THAT(err_, HasSubstr("LIVE, LOST, GONE"));
}

TEST_F(RunnerListCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.list_runners = Refuse(absl::PermissionDeniedError("operators only"));
  EXPECT_EQ(Run({"runner", "list"}), 1);
  EXPECT_EQ(err_, "error: operators only\n");
}

}  // namespace
}  // namespace fleet::cli
