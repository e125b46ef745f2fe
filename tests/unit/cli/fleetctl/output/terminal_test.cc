#include "cli/fleetctl/output/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

// A pseudo terminal, 33 columns wide.
class TerminalTest : public ::testing::Test {
 protected:
  TerminalTest() : controller_(posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_EQ(grantpt(controller_), 0);
    EXPECT_EQ(unlockpt(controller_), 0);
    terminal_ = open(ptsname(controller_), O_RDWR | O_NOCTTY);
    Resize(33);
  }
  ~TerminalTest() override {
    close(terminal_);
    close(controller_);
  }

  void Resize(unsigned short columns) {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = 10;
    EXPECT_EQ(ioctl(controller_, TIOCSWINSZ, &size), 0);
  }

  Terminal Detect(const std::map<std::string, std::string>& variables) const {
    return DetectTerminal(terminal_, [&variables](const std::string& name) {
      const auto variable = variables.find(name);
      return variable == variables.end() ? "" : variable->second;
    });
  }

  int controller_;
  int terminal_ = -1;
};

TEST_F(TerminalTest, ATerminalRedrawsInColour) {
  const Terminal terminal = Detect({{"TERM", "xterm"}});
  EXPECT_TRUE(terminal.redraws);
  EXPECT_TRUE(terminal.colors);
  EXPECT_EQ(terminal.Paint("x", Color::kRed), "\x1b[31mx\x1b[0m");
}

TEST_F(TerminalTest, ItsWidthIsThatOfTheMoment) {
  const Terminal terminal = Detect({});
  EXPECT_EQ(terminal.width(), 33);
  Resize(44);
  EXPECT_EQ(terminal.width(), 44);
  Resize(0);
  EXPECT_EQ(terminal.width(), 80);
}

TEST_F(TerminalTest, NoColorTurnsColoursOffAndNothingElse) {
  const Terminal terminal = Detect({{"NO_COLOR", "1"}});
  EXPECT_TRUE(terminal.redraws);
  EXPECT_FALSE(terminal.colors);
  EXPECT_EQ(terminal.Paint("x", Color::kRed), "x");
  EXPECT_TRUE(Detect({{"NO_COLOR", ""}}).colors);
}

TEST_F(TerminalTest, ADumbTerminalNeitherRedrawsNorHasColours) {
  const Terminal terminal = Detect({{"TERM", "dumb"}});
  EXPECT_FALSE(terminal.redraws);
  EXPECT_FALSE(terminal.colors);
  EXPECT_EQ(terminal.width(), 33);
}

TEST(NoTerminalTest, AFileIsNoTerminal) {
  const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const Terminal terminal = DetectTerminal(file, [](const std::string&) { return std::string(); });
  close(file);
  EXPECT_FALSE(terminal.redraws);
  EXPECT_FALSE(terminal.colors);
  EXPECT_EQ(terminal.width(), 0);
}

}  // namespace
}  // namespace fleet::cli
