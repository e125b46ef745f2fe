#include "workers/task_runner/work_directory.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
namespace fs = std::filesystem;

class WorkDirectoryTest : public ::testing::Test {
 protected:
  TestDirectory directory_;
  std::string root_ = directory_ / "a/root";
};

TEST_F(WorkDirectoryTest, IsPrivateAndGoesWithItsOwner) {
  std::string path;
  {
    FLEET_ASSERT_OK_AND_ASSIGN(const WorkDirectory work, WorkDirectory::Open(root_));
    path = work.path();
    struct stat info {};
    ASSERT_EQ(stat(root_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
    EXPECT_TRUE(fs::is_directory(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(WorkDirectoryTest, SweepsTheDeadAndSparesTheLiving) {
  FLEET_ASSERT_OK_AND_ASSIGN(const WorkDirectory living, WorkDirectory::Open(root_));
  WriteFile(living.path() + "/clone", "x");
  WriteFile(root_ + "/run-dead/task-1/tree/file", "x");
  WriteFile(root_ + "/run-dead/lock", "");
  fs::permissions(root_ + "/run-dead/task-1/tree", fs::perms::owner_read);
  FLEET_ASSERT_OK_AND_ASSIGN(const WorkDirectory other, WorkDirectory::Open(root_));
  EXPECT_FALSE(fs::exists(root_ + "/run-dead"));
  EXPECT_TRUE(fs::exists(living.path() + "/clone"));
  EXPECT_NE(living.path(), other.path());
}

TEST_F(WorkDirectoryTest, KillsWhatStillRunsInADeadRunnersDirectory) {
  fs::create_directories(root_ + "/run-dead/task-1");
  fs::permissions(root_, fs::perms::owner_all);
  const pid_t leftover = fork();
  if (leftover == 0) {
    if (chdir((root_ + "/run-dead/task-1").c_str()) == 0) {
      while (true) pause();
    }
    _exit(1);
  }
  std::error_code error;
  const std::string cwd = "/proc/" + std::to_string(leftover) + "/cwd";
  ASSERT_TRUE(WaitUntil([&] { return fs::read_symlink(cwd, error) == fs::canonical(root_) / "run-dead/task-1"; }));
  FLEET_ASSERT_OK_AND_ASSIGN(const WorkDirectory work, WorkDirectory::Open(root_));
  int status = 0;
  ASSERT_EQ(waitpid(leftover, &status, 0), leftover);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST_F(WorkDirectoryTest, RefusesARootThatOthersCanReach) {
  fs::create_directories(root_);
  fs::permissions(root_, fs::perms::owner_all | fs::perms::others_exec);
  EXPECT_THAT(WorkDirectory::Open(root_), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(WorkDirectoryTest, RefusesALinkInPlaceOfTheRoot) {
  fs::create_directories(directory_ / "a/elsewhere");
  fs::permissions(directory_ / "a/elsewhere", fs::perms::owner_all);
  fs::create_symlink(directory_ / "a/elsewhere", root_);
  EXPECT_THAT(WorkDirectory::Open(root_), StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace fleet::runner
