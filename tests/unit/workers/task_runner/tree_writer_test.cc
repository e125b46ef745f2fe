#include "workers/task_runner/tree_writer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/change_fixture.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;

constexpr const char* kBranch = kFleetBranch;

class TreeWriterTest : public ChangeFixture {};

// Stored with CRLF, then declared to be text: git would store it with LF.
constexpr char kDenormalised[] =
    "printf '*.txt -text\\n' > .gitattributes; printf 'a\\r\\nb\\r\\n' > a.txt; printf 'c\\r\\n' > c.txt\n"
    "git add -A; git commit -qm one; printf '*.txt text\\n' > .gitattributes; git add .gitattributes";

TEST_F(TreeWriterTest, AFileThatNoStepTouchedIsNotInTheCommit) {
  const std::string bare = Make("r", kDenormalised);
  EXPECT_EQ(Run(bare, "true"), "");
  EXPECT_EQ(Run(bare, "echo x > README"), "M\tREADME");
}

TEST_F(TreeWriterTest, AFileWrittenAnewWithTheSameBytesIsNot) {
  const std::string bare = Make("r", kDenormalised);
  EXPECT_EQ(Run(bare, "touch a.txt c.txt; cp a.txt b; cp b a.txt; mv b c.tmp; mv c.tmp a.txt"), "");
}

TEST_F(TreeWriterTest, AFileThatAStepTouchedIsStoredAsItsAttributesSay) {
  const std::string bare = Make("r", kDenormalised);
  EXPECT_EQ(Run(bare, "printf 'a\\r\\nB\\r\\n' > a.txt"), "M\ta.txt");
  EXPECT_EQ(fixture_.Show(bare, kBranch, "a.txt"), "a\nB");
}

TEST_F(TreeWriterTest, LineEndingsThatAStepConvertsAreAChange) {
  const std::string bare = Make("r", kDenormalised);
  EXPECT_EQ(Run(bare, "printf 'a\\nb\\n' > a.txt"), "M\ta.txt");
}

TEST_F(TreeWriterTest, AStepsOwnCommitHoldsNoUntouchedFileEither) {
  const std::string bare = Make("r", kDenormalised);
  EXPECT_EQ(Run(bare, "echo x > README; git add -A; git commit -qm step"), "M\tREADME");
}

TEST_F(TreeWriterTest, AttributesThatAStepChangesDoNotTouchOtherFiles) {
  const std::string bare = fixture_.MakeRepository("r", {{"a.txt", "a\r\nb\r\n"}});
  EXPECT_EQ(Run(bare, "printf '* text=auto eol=lf\\n' > .gitattributes"), "A\t.gitattributes");
}

TEST_F(TreeWriterTest, AStepMayRenormalise) {
  const std::string bare = Make("r", kDenormalised);
  EXPECT_EQ(Run(bare, "git add --renormalize ."), "M\ta.txt\nM\tc.txt");
  EXPECT_EQ(fixture_.Show(bare, kBranch, "a.txt"), "a\nb");
}

TEST_F(TreeWriterTest, ConvertedFilesAreUntouchedUntilTheyAreTouched) {
  const std::string bare = Make(
      "r",
      "printf '*.w working-tree-encoding=UTF-16LE-BOM eol=crlf text\\n*.c eol=crlf\\n*.i ident\\n' > .gitattributes\n"
      "printf 'one\\n' > a.c; printf '$Id$\\n' > a.i; printf 'x\\n' | iconv -t UTF-16LE > u\n"
      "{ printf '\\377\\376'; cat u; } > a.w; rm u; git add -A");
  EXPECT_EQ(Run(bare, "true"), "");
  EXPECT_EQ(Run(bare, "touch a.c a.i a.w; for f in a.c a.i a.w; do cp $f t; cat t > $f; done; rm t"), "");
  EXPECT_EQ(Run(bare, "printf 'two\\r\\n' >> a.c; echo more >> a.i"), "M\ta.c\nM\ta.i");
  EXPECT_EQ(fixture_.Show(bare, kBranch, "a.i"), "$Id$\nmore");
}

TEST_F(TreeWriterTest, ChangesOfTheSameSizeInTheSameInstantAreSeen) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "one"}, {"b", "one"}});
  EXPECT_EQ(Run(bare, "printf two > a; touch -r b a"), "M\ta");
}

TEST_F(TreeWriterTest, WhatAStepCommittedOrStagedCountsIgnoredOrNot) {
  const std::string bare = Make("r", "echo '*.lock' > .gitignore; echo k > keep.lock; git add -f keep.lock .gitignore");
  EXPECT_EQ(Run(bare, "echo n > new.lock; git add -f new.lock; git commit -qm l; git mv keep.lock renamed.lock"),
            "D\tkeep.lock\nA\tnew.lock\nA\trenamed.lock");
  EXPECT_EQ(Run(bare, "echo n > left.lock; echo m >> keep.lock"), "M\tkeep.lock");
  EXPECT_EQ(Run(bare, "echo n > named.lock; git add -fN named.lock"), "A\tnamed.lock");
  EXPECT_EQ(Run(bare, "git rm -q --cached keep.lock"), "D\tkeep.lock");
  EXPECT_EQ(Run(bare, "echo n > new.lock; git add -f new.lock; rm new.lock"), "");
}

TEST_F(TreeWriterTest, WhatWasStagedPastTheWorkingTreeCounts) {
  const std::string bare = fixture_.MakeRepository("r", {{"run", "#!\n"}, {"a", "one\n"}, {"b", "b\n"}});
  EXPECT_EQ(Run(bare, "git update-index --chmod=+x run; git rm -q --cached b"), "D\tb\nM\trun");
  EXPECT_EQ(ModeOf("run"), "100755");
  EXPECT_EQ(Run(bare, "echo x > new; git add --chmod=+x new"), "A\tnew");
  EXPECT_EQ(ModeOf("new"), "100755");
  EXPECT_EQ(Run(bare, "git update-index --add --cacheinfo 100644,$(echo two | git hash-object -w --stdin),a"), "M\ta");
}

TEST_F(TreeWriterTest, WhatWasChangedAfterItWasStagedIsTakenAsItStands) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "one\n"}});
  EXPECT_EQ(Run(bare, "echo two > a; git add a; echo three > a"), "M\ta");
  EXPECT_EQ(fixture_.Show(bare, kBranch, "a"), "three");
}

TEST_F(TreeWriterTest, CommitsMadeWithoutTheIndexCount) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "one\n"}, {"b", "b\n"}});
  EXPECT_EQ(Run(bare,
                "export GIT_INDEX_FILE=$PWD/.git/other; git read-tree HEAD\n"
                "git update-index --add --cacheinfo 100644,$(echo n | git hash-object -w --stdin),dir/new\n"
                "git update-index --force-remove b\n"
                "git update-ref HEAD $(git commit-tree -p HEAD -m plumbing $(git write-tree))"),
            "D\tb\nA\tdir/new");
}

TEST_F(TreeWriterTest, ASparseCheckoutRemovesNothing) {
  const std::string bare = fixture_.MakeRepository("r", {{"keep/a", "a"}, {"away/b", "b"}});
  EXPECT_EQ(Run(bare, "git sparse-checkout set keep; echo x > keep/a"), "M\tkeep/a");
}

TEST_F(TreeWriterTest, ARepositoryMadeAnewIsTakenAsFiles) {
  const std::string bare = Make("r", "echo '*.lock' > .gitignore; echo k > keep.lock; git add -f keep.lock .gitignore");
  EXPECT_EQ(Run(bare, "rm -rf .git; git init -q; git add -A; echo x > new"), "A\tnew");
  EXPECT_EQ(Run(bare, "rm .git/index; echo x > new"), "A\tnew");
}

TEST_F(TreeWriterTest, WhatWasStagedIsNotLostHoweverTheRepositoryIsKept) {
  const std::string bare = Make("r", "echo '*.lock' > .gitignore; git add .gitignore");
  const std::string staged = "echo n > new.lock; git add -f new.lock; git commit -qm l\n";
  EXPECT_EQ(Run(bare, staged + "git gc -q"), "A\tnew.lock");
  EXPECT_EQ(Run(bare, staged + "git repack -adq; rm .git/objects/info/alternates"), "A\tnew.lock");
  EXPECT_EQ(Run(bare, staged + "cp -R \"$(cat .git/objects/info/alternates)\" ../copy\n"
                               "echo \"$(cd ../copy && pwd)\" > .git/objects/info/alternates"),
            "A\tnew.lock");
  ExpectNotCarried(bare, staged + "mv .git ../moved; ln -s ../moved .git", "behind a link");
  ExpectNotCarried(bare, staged + "mv .git/objects ../o; ln -s ../../o .git/objects", "behind a link");
  ExpectNotCarried(bare, staged + "git init -q --separate-git-dir=../apart", "behind a link");
}

TEST_F(TreeWriterTest, AMergeConflictFails) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "one\n"}});
  Clone(bare);
  Step(
      "echo two > a; git commit -qam two; git checkout -q -b side HEAD~0; git checkout -q -b other $(git rev-list "
      "--max-parents=0 HEAD | tail -1) 2>/dev/null || true\n"
      "b=$(echo base | git hash-object -w --stdin); o=$(echo ours | git hash-object -w --stdin)\n"
      "printf '100644 %s 1\\ta\\n100644 %s 2\\ta\\n100644 %s 3\\ta\\n' $b $o $b | git update-index --index-info");
  const absl::Status status = Publish().status();
  EXPECT_EQ(ToFailure(status).reason(), v1::FAILURE_REASON_TREE_BROKEN);
  EXPECT_THAT(std::string(status.message()), HasSubstr("merge conflict in a"));
}

TEST_F(TreeWriterTest, FilesGiveWayToDirectoriesLinksAndBack) {
  const std::string bare = fixture_.MakeRepository("r", {{"f", "f"}, {"d/x", "x"}, {"d/y", "y"}, {"l", "l"}});
  EXPECT_EQ(Run(bare, "rm f; mkdir f; echo 1 > f/in; rm -r d; ln -s l d; rm l; ln -s nowhere l"),
            "A\td\nD\td/x\nD\td/y\nD\tf\nA\tf/in\nT\tl");
}

TEST_F(TreeWriterTest, WhatGitCannotStoreIsNamed) {
  const std::string bare = fixture_.MakeRepository("r", {{"f", "f"}});
  ExpectNotCarried(bare, "rm f; mkfifo f", "f ");
  ExpectNotCarried(bare, "mkdir -p sub/.GIT; echo x > sub/.GIT/config", ".GIT/config");
  ExpectNotCarried(
      bare,
      "n=$(printf '%0100d' 0); mkdir top; echo x > top/f; for i in $(seq 60); do mkdir t; mv top t/$n; mv t top; done",
      "0000");
  EXPECT_EQ(Run(bare, "mkfifo pipe; mkdir empty"), "");
}

TEST_F(TreeWriterTest, AFilterThatTheRunnerDoesNotHaveIsNotLeftOut) {
  const std::string bare = Make("r", "echo '*.s filter=crypt' > .gitattributes; echo cipher > a.s; git add -A");
  EXPECT_EQ(Run(bare, "echo x > README"), "M\tREADME");
  ExpectNotCarried(bare, "echo plain > a.s", "a.s names the filter \"crypt\"");
  ExpectNotCarried(bare, "echo plain > new.s", "new.s");
  ExpectNotCarried(bare, "echo plain > new.s; git add -A; git commit -qm x", "new.s");
  ExpectNotCarried(bare, "echo '*.t filter=other' >> .gitattributes; echo x > a.t", "a.t");
  EXPECT_EQ(Run(bare, "git mv a.s moved.s; chmod +x moved.s"), "D\ta.s\nA\tmoved.s");
  EXPECT_EQ(Run(bare, "rm a.s"), "D\ta.s");
}

TEST_F(TreeWriterTest, AFilterOfTheOperatorsIsApplied) {
  settings_.config_file = fixture_.directory() / "operator";
  WriteFile(settings_.config_file, "[filter \"case\"]\n clean = tr a-z A-Z\n smudge = tr A-Z a-z\n");
  const std::string bare = Make("r", "echo '*.s filter=case' > .gitattributes; echo CIPHER > a.s; git add -A");
  EXPECT_EQ(Run(bare, "true"), "");
  EXPECT_EQ(Run(bare, "grep -q cipher a.s; echo plain > b.s; git add -A; git commit -qm x"), "A\tb.s");
  EXPECT_EQ(fixture_.Show(bare, kBranch, "b.s"), "PLAIN");
  WriteFile(settings_.config_file, "[filter \"case\"]\n clean = false\n smudge = tr A-Z a-z\n");
  fixture_.Git(bare, {"update-ref", "-d", absl::StrCat("refs/heads/", kBranch)});
  ExpectNotCarried(bare, "echo plain > b.s", "b.s");
}

}  // namespace
}  // namespace fleet::runner
