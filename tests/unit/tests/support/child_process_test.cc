#include "tests/support/child_process.h"

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
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

char StateOf(pid_t pid) {
  const std::string stat = Content(absl::StrCat("/proc/", pid, "/stat"));
  const std::size_t name_end = stat.rfind(')');
  return name_end == std::string::npos ? '-' : stat[name_end + 2];
}

TEST(ChildProcessTest, KeepsItsNumberWhileOthersOfItsGroupLive) {
  const LogFile log;
  pid_t leader = 0;
  {
    FLEET_ASSERT_OK_AND_ASSIGN(
        const auto child,
        ChildProcess::Start({.argv = {"sh", "-c", "tail -f /dev/null & exit 3"}, .log_file = log.path()}));
    leader = child->pid();
    EXPECT_THAT(child->WaitExit(absl::Seconds(20)), IsOkAndHolds(3));
    EXPECT_EQ(StateOf(leader), 'Z');
    child->Signal(SIGKILL);
    EXPECT_THAT(child->WaitExit(absl::ZeroDuration()), IsOkAndHolds(3));
  }
  EXPECT_EQ(StateOf(leader), '-');
}

// A process of that number and in a group of its own, until it is killed; 0 if the system lets nobody choose.
pid_t StartStranger(pid_t number) {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  arguments.set_tid = reinterpret_cast<std::uintptr_t>(&number);
  arguments.set_tid_size = 1;
  const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof(arguments)));
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) pause();
  }
  if (pid > 0) setpgid(pid, pid);
  return std::max(pid, 0);
}

TEST(ChildProcessTest, LeavesAStrangerAloneWhoGotItsNumber) {
  pid_t stranger = 0;
  {
    FLEET_ASSERT_OK_AND_ASSIGN(const auto child, ChildProcess::Start({.argv = {"true"}}));
    EXPECT_THAT(child->WaitExit(absl::Seconds(20)), IsOkAndHolds(0));
    stranger = StartStranger(child->pid());
    if (stranger == 0) GTEST_SKIP() << "the system lets nobody choose a process's number";
  }
  EXPECT_EQ(waitpid(stranger, nullptr, WNOHANG), 0) << "the stranger was killed";
  kill(stranger, SIGKILL);
  EXPECT_EQ(waitpid(stranger, nullptr, 0), stranger);
}

TEST(ChildProcessTest, RunShowsTheOutputOfAFailure) {
  EXPECT_THAT(ChildProcess::Run({.argv = {"true"}}), IsOk());
  EXPECT_THAT(ChildProcess::Run({.argv = {"sh", "-c", "echo broken; exit 3"}}),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("exit code 3\nbroken")));
}

}  // namespace
}  // namespace fleet::testing
