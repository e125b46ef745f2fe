#include "tests/support/child_process.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using ::testing::HasSubstr;

// A file of the test's own, removed with it.
class LogFile {
 public:
  LogFile() : path_(absl::StrCat(::testing::TempDir(), "child_process_test_", getpid(), ".log")) {}
  ~LogFile() { std::filesystem::remove(path_); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

std::string Content(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, '\0');
  return text;
}

TEST(ChildProcessTest, ReportsTheExitCode) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto child, ChildProcess::Start({.argv = {"sh", "-c", "exit 7"}}));
  EXPECT_THAT(child->WaitExit(absl::Seconds(20)), IsOkAndHolds(7));
  EXPECT_FALSE(child->IsRunning());
}

TEST(ChildProcessTest, ReportsTheSignalThatEndedIt) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto child, ChildProcess::Start({.argv = {"tail", "-f", "/dev/null"}}));
  EXPECT_TRUE(child->IsRunning());
  EXPECT_THAT(child->WaitExit(absl::Milliseconds(1)), StatusIs(absl::StatusCode::kDeadlineExceeded));
  child->Signal(SIGTERM);
  EXPECT_THAT(child->WaitExit(absl::Seconds(20)), IsOkAndHolds(128 + SIGTERM));
}

TEST(ChildProcessTest, PassesEnvironmentAndDirectoryAndKeepsTheOutput) {
  const LogFile log;
  FLEET_ASSERT_OK_AND_ASSIGN(const auto child, ChildProcess::Start({.argv = {"sh", "-c", "echo $COLOUR; pwd >&2"},
                                                                    .environment = {{"COLOUR", "blue"}},
                                                                    .log_file = log.path(),
                                                                    .working_directory = "/usr"}));
  EXPECT_THAT(child->WaitExit(absl::Seconds(20)), IsOkAndHolds(0));
  EXPECT_EQ(Content(log.path()), "blue\n/usr\n");
}

TEST(ChildProcessTest, NamesAProgramThatIsNotThere) {
  EXPECT_THAT(ChildProcess::Start({.argv = {"no-such-program"}}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no-such-program")));
}

TEST(ChildProcessTest, EndsItsWholeGroup) {
  const LogFile log;
  {
    FLEET_ASSERT_OK_AND_ASSIGN(
        const auto child,
        ChildProcess::Start({.argv = {"sh", "-c", "tail -f /dev/null & echo $!; wait"}, .log_file = log.path()}));
    ASSERT_TRUE(WaitUntil([&] { return !Content(log.path()).empty(); }));
  }
  const std::string grandchild = "/proc/" + std::to_string(std::stoi(Content(log.path())));
  EXPECT_TRUE(WaitUntil([&] {
    // Whoever adopts it may leave it a zombie for a while.
    return !std::filesystem::exists(grandchild) || Content(grandchild + "/cmdline").empty();
  }));
}

TEST(ChildProcessTest, RunShowsTheOutputOfAFailure) {
  EXPECT_THAT(ChildProcess::Run({.argv = {"true"}}), IsOk());
  EXPECT_THAT(ChildProcess::Run({.argv = {"sh", "-c", "echo broken; exit 3"}}),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("exit code 3\nbroken")));
}

}  // namespace
}  // namespace fleet::testing
