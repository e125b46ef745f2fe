#include "cli/fleetctl/commands/failure_groups.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FailureGroupsTest : public FleetctlTest {
 protected:
  void AnswerStatus(int failed) {
    answers_.get_fleet = [failed](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2, 1, failed);
      return absl::OkStatus();
    };
  }
};

TEST_F(FailureGroupsTest, StatusShowsTheFiveLargestGroups) {
  AnswerStatus(4);
  AnswerFailureGroups(7);
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("\nFailed, by cause:\nCOUNT\tREASON\tFINGERPRINT\tMESSAGE\n"
                              "10\tconfig: Program not found\t0123456789abcde0\tstep \"check\": tidy: not found\n"));
  EXPECT_THAT(out_, HasSubstr("0123456789abcde4"));
  EXPECT_THAT(out_, Not(HasSubstr("0123456789abcde5")));
  EXPECT_THAT(out_, HasSubstr(absl::StrCat("and 2 more causes\nSee remedies with: fleetctl failures ", kFleetId)));
}

TEST_F(FailureGroupsTest, StatusAsksForGroupsOnlyIfSomethingFailed) {
  AnswerStatus(0);
  answers_.list_failure_groups = [](const v1::ListFailureGroupsRequest&, v1::ListFailureGroupsResponse&) {
    ADD_FAILURE() << "was asked";
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, Not(HasSubstr("by cause")));
}

TEST_F(FailureGroupsTest, StatusIsWorthShowingWithoutGroups) {
  AnswerStatus(4);
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_EQ(err_, "");
  answers_.list_failure_groups = Refuse(absl::InternalError("broken"));
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("Failures      4 agent\n"));
  EXPECT_EQ(err_, "cannot list failures: broken\n");
}

}  // namespace
}  // namespace fleet::cli
