#include "workers/task_runner/tree_usage.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/deep_tree.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/tree_removal.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

class TreeUsageTest : public ::testing::Test {
 protected:
  TestDirectory directory_;
  std::string tree_ = directory_ / "tree";
};

TEST_F(TreeUsageTest, CountsWhatLiesDeeperThanPathsReach) {
  MakeDeepTree(tree_, "d", 20'000);
  EXPECT_EQ(MeasureTree(tree_).files, 40'000);
  FLEET_EXPECT_OK(RemoveTree(tree_));
}

TEST_F(TreeUsageTest, CountsEveryEntryOfABushyTreeOnce) {
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 30; ++j) WriteFile(absl::StrCat(tree_, "/", i, "/", j, "/file"), "x");
  }
  EXPECT_EQ(MeasureTree(tree_).files, 40 + 2 * 40 * 30);
}

TEST_F(TreeUsageTest, CountsBlocksAndNotHoles) {
  WriteFile(tree_ + "/full", std::string(1 << 20, 'x'));
  WriteFile(tree_ + "/hole", "");
  ASSERT_EQ(truncate((tree_ + "/hole").c_str(), off_t{1} << 40), 0);
  sync();  // until then nothing may be on the disk
  const TreeUsage usage = MeasureTree(tree_);
  EXPECT_EQ(usage.files, 2);
  EXPECT_GE(usage.bytes, 1 << 20);
  EXPECT_LT(usage.bytes, 2 << 20);
}

TEST_F(TreeUsageTest, LeavesOutWhatLinksLeadTo) {
  WriteFile(directory_ / "outside/a", "x");
  WriteFile(tree_ + "/a", "x");
  fs::create_directory_symlink(directory_ / "outside", tree_ + "/link");
  EXPECT_EQ(MeasureTree(tree_).files, 2);
  EXPECT_EQ(MeasureTree(tree_ + "/link").files, 0);
}

TEST_F(TreeUsageTest, LeavesOutWhatIsMountedIntoIt) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can mount";
  WriteFile(directory_ / "outside/a", "x");
  fs::create_directories(tree_ + "/place");
  ASSERT_EQ(mount((directory_ / "outside").c_str(), (tree_ + "/place").c_str(), nullptr, MS_BIND, nullptr), 0);
  EXPECT_EQ(MeasureTree(tree_).files, 1);
  EXPECT_EQ(umount2((tree_ + "/place").c_str(), MNT_DETACH), 0);
}

TEST_F(TreeUsageTest, StopsAtItsBound) {
  for (int i = 0; i < 20; ++i) WriteFile(absl::StrCat(tree_, "/", i), "x");
  EXPECT_EQ(MeasureTree(tree_, 7).files, 7);
}

}  // namespace
}  // namespace fleet::runner
