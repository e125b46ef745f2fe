#include "workers/task_runner/checkout_snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using State = CheckoutSnapshot::State;
namespace fs = std::filesystem;

class CheckoutSnapshotTest : public ::testing::Test {
 protected:
  CheckoutSnapshotTest() : hasher_(std::string(40, '0')) {
    for (const char* path : {"/a", "/dir/b", "/converted"}) WriteFile(tree_ + path, std::string("text of ") + path);
    fs::create_symlink("a", tree_ + "/link");
    for (const char* path : {"a", "dir/b"}) {
      base_[path] = {kFileMode, hasher_.HashText(std::string("text of /") + path)};
    }
    base_["converted"] = {kFileMode, hasher_.HashText("as the blob has it")};
    base_["link"] = {kLinkMode, hasher_.HashText("a")};
    base_["submodule"] = {kGitlinkMode, std::string(40, 'c')};
    auto snapshot = CheckoutSnapshot::Take(tree_, base_, {"converted"}, directory_.path());
    FLEET_EXPECT_OK(snapshot);
    snapshot_ = *std::move(snapshot);
  }

  State Compare(const std::string& path) {
    auto files = WorkTree::Open(tree_);
    const auto file = files->Look(path);
    FLEET_EXPECT_OK(file);
    const auto state = snapshot_.Compare(*files, path, *file);
    FLEET_EXPECT_OK(state);
    return state.value_or(State::kAbsent);
  }

  TestDirectory directory_;
  const std::string tree_ = directory_ / "tree";
  const BlobHasher hasher_;
  TreeEntries base_;
  CheckoutSnapshot snapshot_;
};

TEST_F(CheckoutSnapshotTest, NothingIsTouchedAtFirst) {
  for (const char* path : {"a", "dir/b", "converted", "link", "not there"}) {
    EXPECT_EQ(Compare(path), State::kUntouched) << path;
  }
}

TEST_F(CheckoutSnapshotTest, TheSameBytesWrittenAgainAreUntouched) {
  WriteFile(tree_ + "/a", "text of /a");
  WriteFile(tree_ + "/converted", "text of /converted");
  fs::remove(tree_ + "/link");
  fs::create_symlink("a", tree_ + "/link");
  for (const char* path : {"a", "converted", "link"}) EXPECT_EQ(Compare(path), State::kUntouched) << path;
}

TEST_F(CheckoutSnapshotTest, OtherBytesAreSeenWhateverTheTimesSay) {
  struct stat before {};
  ASSERT_EQ(lstat((tree_ + "/a").c_str(), &before), 0);
  WriteFile(tree_ + "/a", "TEXT OF /A");
  const timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, (tree_ + "/a").c_str(), times, 0), 0);
  EXPECT_EQ(Compare("a"), State::kTouched);
  WriteFile(tree_ + "/converted", "as the blob has it");
  EXPECT_EQ(Compare("converted"), State::kTouched);
}

TEST_F(CheckoutSnapshotTest, AnotherModeOrTypeIsTouched) {
  fs::permissions(tree_ + "/a", fs::perms::owner_exec, fs::perm_options::add);
  EXPECT_EQ(Compare("a"), State::kTouched);
  fs::remove(tree_ + "/link");
  WriteFile(tree_ + "/link", "a");
  EXPECT_EQ(Compare("link"), State::kTouched);
}

TEST_F(CheckoutSnapshotTest, WhatIsGoneIsAbsentAlsoBehindALink) {
  fs::remove(tree_ + "/a");
  EXPECT_EQ(Compare("a"), State::kAbsent);
  fs::rename(tree_ + "/dir", tree_ + "/elsewhere");
  fs::create_symlink("elsewhere", tree_ + "/dir");
  EXPECT_EQ(Compare("dir/b"), State::kAbsent);
  fs::create_directory(tree_ + "/a");
  EXPECT_EQ(Compare("a"), State::kAbsent);
}

TEST_F(CheckoutSnapshotTest, ATreeThatIsALinkIsNotFollowed) {
  fs::rename(tree_, directory_ / "moved");
  fs::create_symlink("moved", tree_);
  EXPECT_EQ(ToFailure(WorkTree::Open(tree_).status()).reason(), v1::FAILURE_REASON_TREE_BROKEN);
}

TEST(BlobHasherTest, NamesBlobsAsGitDoes) {
  EXPECT_EQ(BlobHasher(std::string(40, '0')).HashText("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
  EXPECT_EQ(BlobHasher(std::string(64, '0')).HashText("hello\n"),
            "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4");
}

}  // namespace
}  // namespace fleet::runner
