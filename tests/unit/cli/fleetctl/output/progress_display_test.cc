#include "cli/fleetctl/output/progress_display.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fake_clock.h"
#include "tests/unit/cli/fleetctl/fleet_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ProgressDisplayTest : public ::testing::Test {
 protected:
  std::string Taken() {
    std::string text = out_.str();
    out_.str("");
    return text;
  }

  Terminal Redrawing() {
    Terminal terminal;
    terminal.redraws = true;
    terminal.width = [this] { return width_; };
    return terminal;
  }

  std::ostringstream out_;
  FakeClock clock_;
  int width_ = 80;
};

TEST_F(ProgressDisplayTest, PlainLinesTellStateAndCounts) {
  ProgressDisplay display(out_, Terminal(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1, 6, 1));
  EXPECT_EQ(Taken(), "RUNNING 7/12 (58%): 6 completed, 1 failed, 2 active, 3 queued\n");
}

TEST_F(ProgressDisplayTest, PlainLinesComeAtMostOnceASecond) {
  ProgressDisplay display(out_, Terminal(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1));
  Taken();
  clock_.Advance(absl::Milliseconds(400));
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 2, 1));
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 3, 2));
  EXPECT_EQ(Taken(), "");
  clock_.Advance(absl::Milliseconds(700));
  display.Tick();
  EXPECT_THAT(Taken(), StartsWith("RUNNING 2/12"));
}

TEST_F(ProgressDisplayTest, PlainLinesComeAtOnceWithANewState) {
  ProgressDisplay display(out_, Terminal(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1));
  Taken();
  display.Show(MakeFleet(v1::FLEET_STATE_COMPLETED, 2, 12));
  EXPECT_EQ(Taken(), "COMPLETED 12/12 (100%): 12 completed\n");
}

TEST_F(ProgressDisplayTest, PlainLinesComeOnlyOnChange) {
  ProgressDisplay display(out_, Terminal(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1));
  Taken();
  clock_.Advance(absl::Minutes(5));
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 2));
  display.Tick();
  display.Finish();
  EXPECT_EQ(Taken(), "");
}

TEST_F(ProgressDisplayTest, FinishPrintsWhatWasHeldBack) {
  ProgressDisplay display(out_, Terminal(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1));
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 2, 5));
  Taken();
  display.Finish();
  EXPECT_THAT(Taken(), StartsWith("RUNNING 5/12"));
}

TEST_F(ProgressDisplayTest, PlainLinesSayWhyItWaitsAndAreSanitised) {
  ProgressDisplay display(out_, Terminal(), clock_);
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  fleet.add_waiting_on()->set_message("no runner \x1b[2Jconnected");
  fleet.add_waiting_on()->set_reason(v1::WAIT_REASON_FLEET_CAP);
  display.Show(fleet);
  EXPECT_THAT(Taken(), HasSubstr("; waiting: no runner connected; waiting: fleet cap\n"));
}

TEST_F(ProgressDisplayTest, BarIsDrawnOverInPlace) {
  ProgressDisplay display(out_, Redrawing(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1, 6));
  const std::string first = Taken();
  EXPECT_THAT(first, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(first, HasSubstr("█████████████▒▒▒▒▒▒░░░░░░░ 6/12 50%  RUNNING  3m 14s\n"));
  clock_.Advance(absl::Seconds(1));
  display.Tick();
  EXPECT_THAT(Taken(), StartsWith("\x1b[2A\r\x1b[J"));
}

TEST_F(ProgressDisplayTest, TimeGoesOnBetweenChanges) {
  ProgressDisplay display(out_, Redrawing(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1));
  Taken();
  clock_.Advance(absl::Seconds(2));
  display.Tick();
  EXPECT_THAT(Taken(), HasSubstr("3m 16s"));
}

TEST_F(ProgressDisplayTest, ErasesTheRowsThatANarrowerTerminalWrapped) {
  width_ = 80;
  ProgressDisplay display(out_, Redrawing(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1, 6, 1));
  Taken();
  width_ = 20;
  clock_.Advance(absl::Seconds(1));
  display.Tick();
  // 50 columns take three rows of 20, and 46 take three.
  EXPECT_THAT(Taken(), StartsWith("\x1b[6A\r\x1b[J"));
}

TEST_F(ProgressDisplayTest, LinesAreCutToTheTerminal) {
  width_ = 30;
  ProgressDisplay display(out_, Redrawing(), clock_);
  v1::Fleet fleet = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
  fleet.add_waiting_on()->set_message("a message that is much longer than the terminal is wide");
  display.Show(fleet);
  EXPECT_THAT(Taken(), HasSubstr("\n  waiting: a message that is…\n"));
}

TEST_F(ProgressDisplayTest, FinishLeavesTheBarStanding) {
  ProgressDisplay display(out_, Redrawing(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1));
  display.Show(MakeFleet(v1::FLEET_STATE_COMPLETED, 2, 12));
  Taken();
  display.Finish();
  EXPECT_THAT(Taken(), HasSubstr("12/12 100%  COMPLETED"));
  display.Clear();
  EXPECT_EQ(Taken(), "");
}

TEST_F(ProgressDisplayTest, ClearMakesRoomForOthers) {
  ProgressDisplay display(out_, Redrawing(), clock_);
  display.Show(MakeFleet(v1::FLEET_STATE_RUNNING, 1));
  Taken();
  display.Clear();
  EXPECT_EQ(Taken(), "\x1b[2A\r\x1b[J");
  display.Tick();
  EXPECT_THAT(Taken(), HasSubstr("0/12"));
}

}  // namespace
}  // namespace fleet::cli
