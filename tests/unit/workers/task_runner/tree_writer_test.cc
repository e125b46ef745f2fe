#include "workers/task_runner/tree_writer.h"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/git_publisher.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr char kBranch[] = "fleet/01arz3ndektsv4rrffq69g5fav";

// A repository, what a step does in its clone, and the commit that comes of it.
class TreeWriterTest : public ::testing::Test {
 protected:
  TreeWriterTest() { settings_.protocols = {"file"}; }

  // Runs a script as a step is run: in the tree, without settings of git's.
  void Step(const std::string& script) {
    ProcessSpec spec;
    spec.argv = {"/bin/sh", "-eu", "-c", script};
    spec.environment = {{"PATH", settings_.path},
                        {"HOME", fixture_.directory() / "step-home"},
                        {"GIT_AUTHOR_NAME", "Step"},
                        {"GIT_AUTHOR_EMAIL", "step@example.com"},
                        {"GIT_COMMITTER_NAME", "Step"},
                        {"GIT_COMMITTER_EMAIL", "step@example.com"},
                        {"ORIGIN", fixture_.directory().path()}};
    spec.working_directory = clone_->tree;
    OutputTail output;
    const auto result = subprocess_.Run(spec, stop_, output);
    ASSERT_TRUE(result.ok() && result->succeeded()) << output.Text();
  }
  // Makes a bare repository by a script that runs in a clone of it; the script commits nothing but stages all.
  std::string Make(const std::string& name, const std::string& script) {
    const std::string bare = fixture_.MakeRepository(name, {{"README", "hello\n"}});
    const std::string work = fixture_.directory() / (name + "-work");
    fixture_.Git(fixture_.directory().path(), {"clone", "-q", bare, work});
    WriteFile(work + "-script", script);
    fixture_.Git(work, {"-c", absl::StrCat("alias.run=!sh -eu ", work, "-script"), "run"});
    fixture_.Git(work, {"commit", "-qm", "made", "--allow-empty"});
    fixture_.Git(work, {"push", "-q", "origin", "HEAD:main"});
    return bare;
  }
  void Clone(const std::string& bare) {
    bare_ = bare;
    directory_ = fixture_.directory() / absl::StrCat("task-", ++tasks_);
    FLEET_ASSERT_OK(MakePrivateDirectory(directory_));
    const auto git = GitCommand::Make(subprocess_, settings_, directory_ + "/git");
    FLEET_ASSERT_OK(git);
    auto clone = GitClone::Make(*git, {"file://" + bare, "", kBranch, directory_}, bounds_);
    FLEET_ASSERT_OK(clone);
    clone_ = std::make_unique<GitClone>(*std::move(clone));
  }
  absl::StatusOr<std::string> Publish() {
    auto publisher = GitPublisher::Make(subprocess_, settings_, *clone_, bounds_);
    if (!publisher.ok()) return publisher.status();
    FLEET_ASSIGN_OR_RETURN(std::string commit, publisher->Commit({"Bot", "bot@example.com", "Change it"}));
    if (!commit.empty()) FLEET_RETURN_IF_ERROR(publisher->Push(commit));
    return commit;
  }
  // What the pushed commit changed, "M\tpath" lines; "" if nothing was pushed.
  std::string Change() {
    const auto commit = Publish();
    if (!commit.ok()) return commit.status().ToString();
    if (commit->empty()) return "";
    return fixture_.Git(bare_, {"diff", "--name-status", "--no-renames", "main", kBranch});
  }
  std::string Run(const std::string& bare, const std::string& script) {
    Clone(bare);
    Step(script);
    return Change();
  }
  std::string ModeOf(const std::string& path) {
    return fixture_.Git(bare_, {"ls-tree", "--format=%(objectmode)", kBranch, "--", path});
  }
  void ExpectNotCarried(const std::string& bare, const std::string& script, const std::string& named) {
    const std::string before = fixture_.Branch(bare, kBranch);
    Clone(bare);
    Step(script);
    const absl::Status status = Publish().status();
    EXPECT_EQ(v1::FailureReason_Name(ToFailure(status).reason()), "FAILURE_REASON_CHANGE_NOT_CARRIED") << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(named));
    EXPECT_EQ(fixture_.Branch(bare, kBranch), before);
  }

  GitFixture fixture_;
  Subprocess subprocess_{Clock::System()};
  StopToken stop_;
  WorkBounds bounds_{Clock::System(), absl::Minutes(5), stop_};
  GitSettings settings_;
  std::string bare_;
  std::string directory_;
  std::unique_ptr<GitClone> clone_;
  int tasks_ = 0;
};

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
