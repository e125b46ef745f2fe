#include "cli/fleetctl/commands/fleet_explanation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/example_messages.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FleetExplanationTest, SaysWhatItWaitsForAndWhatBearsOnThat) {
  const v1::GetSystemStatusResponse system = HealthySystem();
  const std::string text = ExplainFleet(RunningFleet(), &system);
  EXPECT_THAT(text, HasSubstr("Waiting on    "));
  EXPECT_THAT(text, HasSubstr("Its own cap   3 at once, priority 10\n"));
  EXPECT_THAT(text, HasSubstr("Tries         3 a repository, each of at most 1h 0m\n"));
  EXPECT_THAT(text, HasSubstr("Pool          default: 2 runners, 8 slots, 3 under way, 3 queued, of all fleets\n"));
  EXPECT_THAT(text, HasSubstr("Workers       1 at work\n"));
}

TEST(FleetExplanationTest, SaysThatNobodyIsThere) {
  v1::GetSystemStatusResponse system = HealthySystem();
  system.clear_pools();
  system.clear_workers();
  const std::string text = ExplainFleet(RunningFleet(), &system);
  EXPECT_THAT(text, HasSubstr("Pool          default: no runner\n"));
  EXPECT_THAT(text, HasSubstr("Workers       none"));
}

TEST(FleetExplanationTest, AnEndedFleetWaitsForNothingAndWhatIsNotKnownIsNotSaid) {
  const std::string text = ExplainFleet(EndedFleet(), nullptr);
  EXPECT_THAT(text, HasSubstr("Waiting on    nothing: it has ended\n"));
  EXPECT_THAT(text, Not(HasSubstr("Pool")));
}

}  // namespace
}  // namespace fleet::cli
