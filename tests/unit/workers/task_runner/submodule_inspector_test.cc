#include "workers/task_runner/submodule_inspector.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/change_fixture.h"

namespace fleet::runner {
namespace {

// A repository with the submodule "mod", whose remote is the bare repository "inner" with two commits on main.
class SubmoduleTest : public ChangeFixture {
 protected:
  SubmoduleTest() {
    inner_ = fixture_.MakeRepository("inner", {{"i", "one\n"}});
    first_ = fixture_.Branch(inner_, "main");
    second_ = fixture_.Commit(inner_, "main", {{"i", "two\n"}}, "second");
    outer_ = Make("outer", absl::StrCat("git -c protocol.file.allow=always submodule -q add file://", inner_,
                                        " mod; git -C mod checkout -q ", first_, "; git add mod"));
  }

  std::string Pointer() {
    return fixture_.Git(outer_, {"ls-tree", "--format=%(objectmode) %(objectname)", kFleetBranch, "--", "mod"});
  }

  // Checks the submodule out, as a step would.
  static constexpr char kInit[] = "git -c protocol.file.allow=always submodule -q update --init\n";

  std::string inner_;
  std::string outer_;
  std::string first_;
  std::string second_;
};

TEST_F(SubmoduleTest, OneThatNobodyTouchedIsNoChange) {
  EXPECT_EQ(Run(outer_, "echo x > README"), "M\tREADME");
  EXPECT_EQ(Run(outer_, kInit), "");
}

TEST_F(SubmoduleTest, APointerThatMovedIsAChange) {
  EXPECT_EQ(Run(outer_, absl::StrCat(kInit, "git -C mod checkout -q ", second_)), "M\tmod");
  EXPECT_EQ(Pointer(), "160000 " + second_);
  EXPECT_EQ(Run(outer_, absl::StrCat(kInit, "git -C mod checkout -q ", second_, "; git add mod; git commit -qm up")),
            "M\tmod");
  EXPECT_EQ(Run(outer_, absl::StrCat("git update-index --cacheinfo 160000,", second_, ",mod")), "M\tmod");
  EXPECT_EQ(Pointer(), "160000 " + second_);
}

TEST_F(SubmoduleTest, APointerToACommitThatOnlyTheCloneHasIsRefused) {
  ExpectNotCarried(outer_, absl::StrCat(kInit, "cd mod; echo three > i; git commit -qam local"), "push it first");
  ExpectNotCarried(outer_, absl::StrCat(kInit, "cd mod; echo three > i; git commit -qam local; cd ..; git add mod"),
                   "push it first");
}

TEST_F(SubmoduleTest, WhatIsInItIsNotLostWithoutAWord) {
  ExpectNotCarried(outer_, absl::StrCat(kInit, "echo x > mod/new"), "mod/new");
  ExpectNotCarried(outer_, absl::StrCat(kInit, "echo x > mod/i"), "mod/i");
  ExpectNotCarried(outer_, absl::StrCat(kInit, "rm mod/i"), "mod/i");
  ExpectNotCarried(outer_, absl::StrCat(kInit, "cd mod; echo x > i; git add i"), "staged change of i");
  ExpectNotCarried(outer_, "echo x > mod/new", "mod/new");
  ExpectNotCarried(outer_, "cd mod; git init -q", "mod has a repository without a commit");
}

TEST_F(SubmoduleTest, IgnoredFilesInItAreLeftThere) {
  EXPECT_EQ(Run(outer_, "echo 'build/' > .gitignore; mkdir -p mod/build; echo x > mod/build/o"), "A\t.gitignore");
}

TEST_F(SubmoduleTest, ItCanBeRemovedOrReplaced) {
  EXPECT_EQ(Run(outer_, "git rm -q mod"), "M\t.gitmodules\nD\tmod");
  EXPECT_EQ(Run(outer_, "git rm -q mod; mkdir mod; echo v > mod/file"), "M\t.gitmodules\nD\tmod\nA\tmod/file");
  EXPECT_EQ(Run(outer_, "rmdir mod; echo v > mod"), "T\tmod");
  EXPECT_EQ(Run(outer_, absl::StrCat(kInit, "git rm -q --cached mod; rm -rf mod/.git .gitmodules")),
            "D\t.gitmodules\nD\tmod\nA\tmod/i");
}

TEST_F(SubmoduleTest, OneCanBeAddedAndAnEmbeddedRepositoryIsFiles) {
  EXPECT_EQ(Run(outer_, absl::StrCat("git -c protocol.file.allow=always submodule -q add file://", inner_, " lib")),
            "M\t.gitmodules\nA\tlib");
  EXPECT_EQ(Run(outer_, absl::StrCat("git clone -q file://", inner_, " lib")), "A\tlib/i");
  EXPECT_EQ(Run(outer_, absl::StrCat("git clone -q file://", inner_, " lib; git add -A 2>/dev/null")), "A\tlib/i");
  EXPECT_EQ(Run(outer_, absl::StrCat("git clone -q file://", inner_, " lib; git clone -q file://", inner_,
                                     " lib/deep; echo x > lib/deep/i")),
            "A\tlib/deep/i\nA\tlib/i");
}

TEST_F(SubmoduleTest, ARepositoryOutsideOfTheTreeIsNotLookedInto) {
  ExpectNotCarried(outer_, absl::StrCat("echo 'gitdir: ", inner_, "' > mod/.git"), "cannot be used");
  ExpectNotCarried(outer_, absl::StrCat("ln -s ", inner_, " mod/.git"), "cannot be used");
}

}  // namespace
}  // namespace fleet::runner
