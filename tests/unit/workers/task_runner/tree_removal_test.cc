#include "workers/task_runner/tree_removal.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_share.h"
#include "tests/unit/workers/task_runner/deep_tree.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

// Runs `body` in a process of its own that may open `descriptors` files and is `user`; fails unless it returns OK.
void InChild(rlim_t descriptors, const std::function<absl::Status()>& body, uid_t user = geteuid()) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{descriptors, descriptors};
    const bool ready = setrlimit(RLIMIT_NOFILE, &limit) == 0 &&
                       (user == geteuid() || (setgroups(0, nullptr) == 0 && setresuid(user, user, user) == 0));
    const absl::Status status = ready ? body() : absl::InternalError("cannot be prepared");
    if (!status.ok()) std::cerr << status << std::endl;
    _exit(status.ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

class TreeRemovalTest : public ::testing::Test {
 protected:
  TestDirectory directory_;
  std::string tree_ = directory_ / "tree";
};

TEST_F(TreeRemovalTest, RemovesATreeOfAnyDepthWithFewDescriptors) {
  for (const int depth : {1, 6, 7, 3000, static_cast<int>(testing::TestShare(50'000))}) {
    MakeDeepTree(tree_, "d", depth);
    InChild(32, [&] { return RemoveTree(tree_); });
    ASSERT_FALSE(fs::exists(tree_)) << depth;
  }
}

TEST_F(TreeRemovalTest, RemovesPathsLongerThanAnyPathMayBe) {
  MakeDeepTree(tree_, std::string(255, 'n'), 300);
  InChild(32, [&] { return RemoveTree(tree_); });
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(TreeRemovalTest, RemovesWideDirectoriesOfDeepOnes) {
  fs::create_directory(tree_);
  for (int i = 0; i < 200; ++i) MakeDeepTree(absl::StrCat(tree_, "/", i), "d", 20);
  for (int i = 0; i < testing::TestShare(20'000); ++i) WriteFile(absl::StrCat(tree_, "/wide/", i), "");
  InChild(32, [&] { return RemoveTree(tree_); });
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(TreeRemovalTest, RemovesWhatAnOwnerBarredItselfFrom) {
  ASSERT_EQ(chmod(directory_.path().c_str(), 0777), 0);
  const uid_t user = geteuid() == 0 ? kNobody : geteuid();
  InChild(
      32,
      [&] {
        const std::string made = tree_ + "/e/f";
        WriteFile(made + "/file", "x");
        MakeDeepTree(tree_ + "/deep", "d", 12, 0);
        chmod(made.c_str(), 0);
        chmod((tree_ + "/e").c_str(), 0500);
        chmod(tree_.c_str(), 0);
        return RemoveTree(tree_);
      },
      user);
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(TreeRemovalTest, RemovesHostileNamesAndEveryKindOfFile) {
  for (const char* name : {"a\nb", " ", "-rf", "\xff\xfe", "...", "*", "\033[31m"}) {
    WriteFile(absl::StrCat(tree_, "/", name, "/", name), "x");
  }
  ASSERT_EQ(mkfifo((tree_ + "/fifo").c_str(), 0600), 0);
  fs::create_symlink("nowhere", tree_ + "/dangling");
  fs::create_symlink("self", tree_ + "/self");
  FLEET_EXPECT_OK(RemoveTree(tree_));
  EXPECT_FALSE(fs::exists(tree_));
}

TEST_F(TreeRemovalTest, LinksAreRemovedAndNotFollowed) {
  WriteFile(directory_ / "outside/precious", "x");
  fs::permissions(directory_ / "outside", fs::perms::owner_read | fs::perms::owner_exec);
  MakeDeepTree(tree_, "d", 9);
  fs::create_directory_symlink(directory_ / "outside", tree_ + "/d/d/d/d/d/d/d/d/d/link");
  fs::create_directory_symlink(directory_ / "outside", tree_ + "/link");
  fs::create_directory_symlink(directory_ / "outside", directory_ / "top");
  FLEET_EXPECT_OK(RemoveTree(tree_));
  FLEET_EXPECT_OK(RemoveTree(directory_ / "top"));
  EXPECT_FALSE(fs::exists(tree_));
  EXPECT_FALSE(fs::is_symlink(directory_ / "top"));
  EXPECT_TRUE(fs::exists(directory_ / "outside/precious"));
  EXPECT_EQ(fs::status(directory_ / "outside").permissions(), fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(directory_ / "outside", fs::perms::owner_all);
}

TEST_F(TreeRemovalTest, WhatIsMountedIntoATreeStays) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can mount";
  WriteFile(directory_ / "outside/precious", "x");
  WriteFile(tree_ + "/file", "x");
  const std::string place = tree_ + "/place";
  fs::create_directory(place);
  ASSERT_EQ(mount((directory_ / "outside").c_str(), place.c_str(), nullptr, MS_BIND, nullptr), 0);
  const absl::Status status = RemoveTree(tree_);
  EXPECT_EQ(umount2(place.c_str(), MNT_DETACH), 0);
  EXPECT_THAT(status.message(), HasSubstr(place));
  EXPECT_TRUE(fs::exists(directory_ / "outside/precious"));
  EXPECT_FALSE(fs::exists(tree_ + "/file"));
  FLEET_EXPECT_OK(RemoveTree(tree_));
}

TEST_F(TreeRemovalTest, NothingToRemoveIsFine) {
  FLEET_EXPECT_OK(RemoveTree(tree_));
  WriteFile(tree_, "a file");
  FLEET_EXPECT_OK(RemoveTree(tree_));
  EXPECT_FALSE(fs::exists(tree_));
}

// Somebody else's file in a directory where only its owner may remove it.
TEST_F(TreeRemovalTest, NamesTheFirstThingThatCannotBeRemovedAndRemovesTheRest) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make somebody else's files";
  ASSERT_EQ(chmod(directory_.path().c_str(), 0777), 0);
  const std::string kept = tree_ + "/a/b/kept";
  WriteFile(kept + "/file", "x");
  WriteFile(tree_ + "/z", "x");
  WriteFile(tree_ + "/a/z", "x");
  for (const char* mine : {"", "/a", "/a/b", "/z", "/a/z"}) {
    ASSERT_EQ(lchown((tree_ + mine).c_str(), kNobody, kNobody), 0);
  }
  InChild(
      32,
      [&] {
        const absl::Status status = RemoveTree(tree_);
        if (absl::IsPermissionDenied(status) && status.message().find(kept) != absl::string_view::npos) {
          return absl::OkStatus();
        }
        return absl::InternalError(absl::StrCat("it says: ", status.ToString()));
      },
      kNobody);
  EXPECT_TRUE(fs::exists(kept + "/file"));
  EXPECT_FALSE(fs::exists(tree_ + "/z"));
  EXPECT_FALSE(fs::exists(tree_ + "/a/z"));
}

TEST_F(TreeRemovalTest, RemovesRandomTrees) {
  const char* given = std::getenv("FLEET_TEST_SEED");
  const unsigned seed = given == nullptr ? std::random_device{}() : static_cast<unsigned>(std::stoul(given));
  std::mt19937 random(seed);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  for (int round = 0; round < 60; ++round) {
    WriteFile(directory_ / "outside/precious", "x");
    fs::create_directory(tree_);
    std::vector<std::string> directories = {tree_};
    for (std::size_t i = 0, most = below(300); i < most; ++i) {
      // Half of them in the newest directory, so that some get deep.
      const std::string& parent = below(2) == 0 ? directories.back() : directories[below(directories.size())];
      const std::string path = absl::StrCat(parent, "/", below(2) == 0 ? "n\n" : "", i);
      const std::size_t kind = below(8);
      if (kind == 0) {
        fs::create_directory_symlink(directory_ / "outside", path);
      } else if (kind == 1) {
        WriteFile(path, "x");
      } else if (path.size() < 3000) {
        fs::create_directory(path);
        directories.push_back(path);
      }
    }
    for (const std::string& path : directories) {
      if (below(4) == 0) fs::permissions(path, static_cast<fs::perms>(below(8) << 6));
    }
    InChild(32, [&] { return RemoveTree(tree_); });
    ASSERT_FALSE(fs::exists(tree_)) << "seed " << seed;
    ASSERT_TRUE(fs::exists(directory_ / "outside/precious")) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fleet::runner
