#include "workers/task_runner/leftover_remover.h"

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/metrics/metrics_text.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/scratch_directory.h"
#include "workers/task_runner/task_directories.h"
#include "workers/task_runner/work_directory.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::SimulatedClock;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

// With something that cannot be removed until it is let go: the root of a mount.
class LeftoverRemoverTest : public ::testing::Test {
 protected:
  ~LeftoverRemoverTest() override { LetGo(); }
  void Hold(const std::string& path) {
    held_ = path;
    if (geteuid() == 0) {
      ASSERT_EQ(mount("none", path.c_str(), "tmpfs", 0, "size=64k"), 0) << "this test needs to mount";
    } else {
      GTEST_SKIP() << "only root can make what its owner cannot remove";
    }
  }
  void LetGo() {
    if (!held_.empty()) umount2(held_.c_str(), MNT_DETACH);
    held_.clear();
  }
  std::string Text() { return metrics::MetricsText(registry_); }

  TestDirectory directory_;
  SimulatedClock clock_;
  prometheus::Registry registry_;
  metrics::RunnerMetrics metrics_{registry_};
  LeftoverRemover leftovers_{clock_, metrics_};
  std::string held_;
};

TEST_F(LeftoverRemoverTest, TriesAgainWithGrowingPausesUntilItIsGone) {
  std::string path;
  {
    StopToken stop;
    TaskDirectories tasks(directory_.path(), leftovers_);
    FLEET_ASSERT_OK_AND_ASSIGN(const TaskDirectory task, tasks.Make(stop));
    path = task.path();
    WriteFile(path + "/a/b/file", "x");
    fs::create_directory(path + "/a/mount");
    Hold(path + "/a/mount");
    if (IsSkipped()) return;
    EXPECT_EQ(leftovers_.size(), 0u);
  }
  EXPECT_EQ(leftovers_.size(), 1u);
  EXPECT_FALSE(fs::exists(path + "/a/b"));
  EXPECT_THAT(Text(), HasSubstr("fleet_runner_leftover_directories 1\n"));
  EXPECT_EQ(leftovers_.RunOnce(), 0);
  EXPECT_THAT(Text(), HasSubstr("fleet_runner_leftover_removals_total{result=\"error\"} 0\n")) << "not due yet";
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(leftovers_.RunOnce(), 0);
  EXPECT_EQ(leftovers_.RunOnce(), 0);
  EXPECT_THAT(Text(), HasSubstr("fleet_runner_leftover_removals_total{result=\"error\"} 1\n"));
  LetGo();
  clock_.Advance(absl::Milliseconds(900));
  EXPECT_EQ(leftovers_.RunOnce(), 0) << "the second pause is longer";
  clock_.Advance(absl::Milliseconds(1100));
  EXPECT_EQ(leftovers_.RunOnce(), 1);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(leftovers_.size(), 0u);
  EXPECT_THAT(Text(), HasSubstr("fleet_runner_leftover_directories 0\n"));
  EXPECT_THAT(Text(), HasSubstr("fleet_runner_leftover_removals_total{result=\"ok\"} 1\n"));
}

TEST_F(LeftoverRemoverTest, WhatTheSweepOfAStartCannotRemoveIsTriedAgain) {
  const std::string root = directory_ / "root";
  fs::create_directories(root + "/run-dead/task-1/mount");
  fs::permissions(root, fs::perms::owner_all);
  Hold(root + "/run-dead/task-1/mount");
  if (IsSkipped()) return;
  FLEET_ASSERT_OK_AND_ASSIGN(const WorkDirectory work, WorkDirectory::Open(root, &leftovers_));
  EXPECT_EQ(leftovers_.size(), 1u);
  LetGo();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(leftovers_.RunOnce(), 1);
  EXPECT_FALSE(fs::exists(root + "/run-dead"));
}

TEST_F(LeftoverRemoverTest, OneThatCannotBeRemovedDoesNotKeepTheOthers) {
  for (const char* name : {"a", "b", "c"}) {
    WriteFile(directory_ / name + "/file", "x");
    leftovers_.Add(directory_ / name);
  }
  fs::create_directory(directory_ / "b/mount");
  Hold(directory_ / "b/mount");
  if (IsSkipped()) return;
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(leftovers_.RunOnce(), 2);
  EXPECT_EQ(leftovers_.size(), 1u);
}

}  // namespace
}  // namespace fleet::runner
