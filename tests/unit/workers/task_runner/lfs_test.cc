// Repositories with LFS, with and without git-lfs on the runner.
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/change_fixture.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

constexpr char kDriver[] =
    "[filter \"lfs\"]\n  clean = git-lfs clean -- %f\n  smudge = git-lfs smudge -- %f\n"
    "  process = git-lfs filter-process\n  required = true\n";

class LfsTest : public ChangeFixture {
 protected:
  LfsTest() {
    // A repository as git-lfs makes it: the pointer in git, the object beside it.
    bare_with_lfs_ = Make("lfs",
                          "git config filter.lfs.clean 'git-lfs clean -- %f'\n"
                          "echo '*.bin filter=lfs diff=lfs merge=lfs -text' > .gitattributes\n"
                          "printf 'old\\0' > a.bin; git add -A; git commit -qm lfs\n"
                          "git lfs push --all origin main > /dev/null 2>&1");
  }

  void SetUpLfs() {
    settings_.config_file = fixture_.directory() / "operator";
    WriteFile(settings_.config_file, kDriver);
  }
  std::size_t Objects() {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(bare_with_lfs_ + "/lfs/objects")) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  std::string bare_with_lfs_;
};

TEST_F(LfsTest, WithoutGitLfsItsFilesAreNotDamaged) {
  EXPECT_EQ(Run(bare_with_lfs_, "grep -q git-lfs a.bin; echo x > README"), "M\tREADME");
  ExpectNotCarried(bare_with_lfs_, "printf 'new\\0' > a.bin", "a.bin names the filter \"lfs\"");
  ExpectNotCarried(bare_with_lfs_, "head -c 3000 /dev/urandom > b.bin", "b.bin");
  ExpectNotCarried(bare_with_lfs_, "head -c 3000 /dev/urandom > b.bin; git add -A; git commit -qm b", "b.bin");
  EXPECT_EQ(Run(bare_with_lfs_, "mv a.bin c.bin"), "D\ta.bin\nA\tc.bin");
  EXPECT_EQ(Run(bare_with_lfs_, "rm a.bin"), "D\ta.bin");
}

TEST_F(LfsTest, WithGitLfsObjectsAreUploadedBeforeTheBranch) {
  SetUpLfs();
  ASSERT_EQ(Objects(), 1u);
  EXPECT_EQ(Run(bare_with_lfs_, "grep -q old a.bin; printf 'new\\0' > a.bin; head -c 3000 /dev/urandom > b.bin"),
            "M\ta.bin\nA\tb.bin");
  EXPECT_EQ(Objects(), 3u);
  EXPECT_THAT(fixture_.Show(bare_with_lfs_, kFleetBranch, "b.bin"), ::testing::HasSubstr("size 3000"));
}

TEST_F(LfsTest, WithGitLfsUntouchedFilesStayAsTheyAre) {
  SetUpLfs();
  EXPECT_EQ(Run(bare_with_lfs_, "true"), "");
  EXPECT_EQ(Run(bare_with_lfs_, "touch a.bin; git status > /dev/null; git add -A; git commit -qm x --allow-empty"), "");
  EXPECT_EQ(Run(bare_with_lfs_, "mv a.bin c.bin; chmod +x c.bin"), "D\ta.bin\nA\tc.bin");
}

TEST_F(LfsTest, WhatAStepCommittedPastTheFilterGoesThroughIt) {
  SetUpLfs();
  EXPECT_EQ(Run(bare_with_lfs_, "head -c 3000 /dev/urandom > b.bin; git add -A; git commit -qm b"), "A\tb.bin");
  EXPECT_THAT(fixture_.Show(bare_with_lfs_, kFleetBranch, "b.bin"), ::testing::HasSubstr("size 3000"));
}

TEST_F(LfsTest, APointerToNothingIsRefused) {
  SetUpLfs();
  ExpectNotCarried(bare_with_lfs_,
                   "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%064d\\nsize 5\\n' 7 > b.bin",
                   "b.bin is an LFS pointer to");
}

TEST_F(LfsTest, AnUploadThatFailsFailsBeforeTheBranchIsThere) {
  SetUpLfs();
  Clone(bare_with_lfs_);
  Step("head -c 3000 /dev/urandom > b.bin");
  fs::remove_all(bare_with_lfs_ + "/lfs");
  WriteFile(bare_with_lfs_ + "/lfs", "in the way");
  EXPECT_FALSE(Publish().ok());
  EXPECT_EQ(fixture_.Branch(bare_with_lfs_, kFleetBranch), "");
}

// The base's objects lie beside the tree, where a step can put others in their place: git does not look whether an
// object is what its name says.
TEST_F(LfsTest, AStepCannotChooseWhereObjectsGo) {
  SetUpLfs();
  const std::string evil = fixture_.MakeRepository("evil", {});
  const std::string base = Make("forged",
                                "git config filter.lfs.clean 'git-lfs clean -- %f'\n"
                                "echo '*.bin filter=lfs diff=lfs merge=lfs -text' > .gitattributes\n"
                                "printf '[lfs]\\n\\tlocksverify = false\\n' > .lfsconfig; git add -A");
  const std::string settings = absl::StrCat("printf '[lfs]\\n\\turl = file://", evil, "\\n' > ");
  // In its own tree and clone.
  EXPECT_EQ(Run(base, absl::StrCat("head -c 3000 /dev/urandom > b.bin; git config lfs.url file://", evil, "\n",
                                   settings, ".lfsconfig")),
            "M\t.lfsconfig\nA\tb.bin");
  EXPECT_FALSE(fs::exists(evil + "/lfs"));
  // In place of the base's.
  Clone(base);
  Step(absl::StrCat(
      "head -c 3000 /dev/urandom > c.bin; old=$(git rev-parse HEAD:.lfsconfig)\n", settings,
      "../forged; echo '# forged' >> ../forged; new=$(git hash-object -w --no-filters ../forged)\n",
      "cd ..; f=store/objects/$(echo $old | sed 's,..,&/,'); rm -f $f\n"
      "cp tree/.git/objects/$(echo $new | sed 's,..,&/,') $f; git -C store cat-file -p $old | grep -q evil"));
  EXPECT_EQ(Change(), "A\tc.bin");
  EXPECT_FALSE(fs::exists(evil + "/lfs"));
  EXPECT_TRUE(fs::exists(base + "/lfs/objects"));
}

}  // namespace
}  // namespace fleet::runner
