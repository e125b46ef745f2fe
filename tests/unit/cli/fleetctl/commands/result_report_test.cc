#include "cli/fleetctl/commands/result_report.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using ResultReportTest = FleetctlTest;

TEST_F(ResultReportTest, WatchListsFailuresWithTheirReasons) {
  AnswerSubmit(v1::FLEET_STATE_PARTIAL_FAILURE, 10, 2);
  EXPECT_EQ(Run({"watch", kFleetId}), 5);
  EXPECT_THAT(out_, HasSubstr("acme/repo2\tFAILED\t1\tagent: step \"check\" exited with 1\n"));
  EXPECT_THAT(out_, Not(HasSubstr("more:")));
}

TEST_F(ResultReportTest, WatchListsTheFirstTwentyFailures) {
  AnswerSubmit(v1::FLEET_STATE_FAILED, 0, 50);
  EXPECT_EQ(Run({"watch", kFleetId}), 5);
  EXPECT_THAT(out_, HasSubstr("acme/repo20\t"));
  EXPECT_THAT(out_, Not(HasSubstr("acme/repo21\t")));
  EXPECT_THAT(out_,
              HasSubstr(absl::StrCat("and 30 more: fleetctl tasks ", kFleetId, " --state failed --state timed-out\n")));
}

}  // namespace
}  // namespace fleet::cli
