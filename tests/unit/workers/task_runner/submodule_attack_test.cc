// Repositories of a step's own below its tree: as submodules, embedded, bare. The runner's git runs nothing of theirs,
// and nothing outside of the tree is read for them or removed.
#include <sys/resource.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/change_fixture.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

constexpr char kInit[] = "git -c protocol.file.allow=always submodule -q update --init\n";

class SubmoduleAttackTest : public ChangeFixture {
 protected:
  SubmoduleAttackTest() {
    WriteFile(trap_, absl::StrCat("#!/bin/sh\necho \"$0 $*\" >> '", marker_, "'\nexit 0\n"));
    fs::permissions(trap_, fs::perms::owner_all);
    inner_ = fixture_.MakeRepository("inner", {{"i", "one\n"}, {"j", "one\n"}});
    first_ = fixture_.Branch(inner_, "main");
    second_ = fixture_.Commit(inner_, "main", {{"i", "two\n"}}, "second");
    outer_ = Make("outer", absl::StrCat("git -c protocol.file.allow=always submodule -q add file://", inner_,
                                        " mod; git -C mod checkout -q ", first_, "; git add mod"));
    outside_ = fixture_.directory() / "outside";
    fixture_.Git(fixture_.directory().path(), {"clone", "-q", inner_, outside_});
    WriteFile(outside_ + "/secret", "precious");
  }

  // With TRAP, OUTSIDE and SECOND in it, and `plant DIRECTORY`, which gives a git directory every kind of setting.
  std::string Planted(const std::string& script) const {
    return absl::StrCat(
        "plant() { for h in post-index-change reference-transaction post-checkout pre-commit fsmonitor-watchman; do\n"
        "mkdir -p $1/hooks $1/info; cp ",
        trap_, " $1/hooks/$h; done\n", "git config -f $1/config core.fsmonitor ", trap_,
        "; git config -f $1/config filter.x.clean ", trap_, "; git config -f $1/config filter.x.process ", trap_,
        "; git config -f $1/config diff.external ", trap_, "; git config -f $1/config core.alternateRefsCommand ",
        trap_, "; echo '* filter=x' > $1/info/attributes\n}\n",
        absl::StrReplaceAll(script, {{"TRAP", trap_}, {"OUTSIDE", outside_}, {"SECOND", second_}}));
  }
  // Plants, sees that git in the tree falls into the trap, and that the runner's git does not.
  absl::Status Attack(const std::string& plant, const std::string& control) {
    Clone(outer_);
    Step(Planted(plant));
    if (!control.empty()) {
      Step(Planted(absl::StrCat("{ ", control, "; } > /dev/null 2>&1 || true")));
      EXPECT_TRUE(fs::exists(marker_)) << "no trap: " << plant;
    }
    fs::remove(marker_);
    const absl::Status status = Publish().status();
    EXPECT_FALSE(fs::exists(marker_)) << plant << " ran " << ReadFile(marker_);
    EXPECT_EQ(ReadFile(outside_ + "/secret"), "precious");
    EXPECT_TRUE(fs::exists(outside_ + "/.git/HEAD"));
    return status;
  }
  std::string Attempt(const std::string& plant, const std::string& control = "") {
    const absl::Status status = Attack(plant, control);
    if (!status.ok()) return std::string(status.message());
    if (fixture_.Branch(bare_, kFleetBranch).empty()) return "";
    const std::string change = fixture_.Git(bare_, {"diff", "--name-status", "--no-renames", "main", kFleetBranch});
    fixture_.Git(bare_, {"update-ref", "-d", absl::StrCat("refs/heads/", kFleetBranch)});
    return change;
  }

  const std::string trap_ = fixture_.directory() / "trap";
  const std::string marker_ = fixture_.directory() / "trap-ran";
  std::string inner_;
  std::string outer_;
  std::string outside_;
  std::string first_;
  std::string second_;
};

TEST_F(SubmoduleAttackTest, NothingOfASubmodulesRepositoryIsRun) {
  const std::string absorbed = absl::StrCat(kInit, "plant .git/modules/mod\n");
  EXPECT_EQ(Attempt(absorbed, "git status"), "");
  EXPECT_EQ(
      Attempt(absl::StrCat(kInit, "git -C mod checkout -q SECOND; plant .git/modules/mod"), "git status; git add -A"),
      "M\tmod");
  EXPECT_THAT(Attempt(absl::StrCat(absorbed, "echo x > mod/i"), "git status"), HasSubstr("mod/i"));
  // With a repository of its own in it, and one of another make.
  EXPECT_EQ(Attempt("rmdir mod; git clone -q OUTSIDE mod; git -C mod checkout -q HEAD~; plant mod/.git", "git status"),
            "");
  EXPECT_THAT(Attempt("cd mod; git init -q; git commit -q --allow-empty -m x; cd ..; plant mod/.git", "git status"),
              HasSubstr("push it first"));
}

TEST_F(SubmoduleAttackTest, WhatGitmodulesSaysIsNotDone) {
  for (const char* line : {"update = !TRAP", "url = ext::TRAP", "url = -uTRAP", "url = --upload-pack=TRAP",
                           "path = ../../outside", "ignore = none\\n\\tfetchRecurseSubmodules = true"}) {
    EXPECT_EQ(Attempt(absl::StrCat(kInit, "printf '\\t", line, "\\n' >> .gitmodules; git config ",
                                   "submodule.mod.update '!TRAP'")),
              "M\t.gitmodules")
        << line;
  }
  // git takes no link of that name: that is said, and is not "no changes".
  EXPECT_THAT(Attempt("rm .gitmodules; ln -s OUTSIDE/secret .gitmodules"),
              HasSubstr("take what stands at .gitmodules"));
  EXPECT_THAT(Attempt("rm .gitmodules; mkfifo .gitmodules"), HasSubstr(".gitmodules"));
}

TEST_F(SubmoduleAttackTest, EmbeddedRepositoriesAreFilesAndTheirSettingsAreNot) {
  EXPECT_EQ(Attempt("git clone -q OUTSIDE lib; plant lib/.git", "cd lib; git status"), "A\tlib/i\nA\tlib/j");
  // Nor is a bare one.
  EXPECT_THAT(Attempt("git init -q --bare lib; plant lib", "cd lib; git --work-tree=. status"),
              HasSubstr("A\tlib/HEAD"));
  EXPECT_THAT(Attempt("git init -q --bare x; mv x/* .; rmdir x; plant ."), HasSubstr("A\tHEAD"));
}

// What stands in the way of a file that was a repository's own is a name for something outside.
TEST_F(SubmoduleAttackTest, NothingOutsideIsRemovedOrReadForARepository) {
  EXPECT_EQ(Attempt("mkdir lib; ln -s OUTSIDE/.git lib/.git; echo x > lib/f"), "A\tlib/f");
  EXPECT_EQ(Attempt("mkdir lib; echo 'gitdir: OUTSIDE/.git' > lib/.git; echo x > lib/f"), "A\tlib/f");
  EXPECT_EQ(Attempt("ln -s OUTSIDE lib"), "A\tlib");
  EXPECT_EQ(Attempt("rmdir mod; ln -s OUTSIDE mod"), "T\tmod");
  EXPECT_EQ(Attempt("mkdir lib; git clone -q OUTSIDE lib/x; mv lib ../lib; ln -s ../lib lib"), "A\tlib");
  EXPECT_THAT(Attempt("echo 'gitdir: OUTSIDE/.git' > mod/.git"), HasSubstr("cannot be used"));
  EXPECT_THAT(Attempt("echo 'gitdir: ../../outside/.git' > mod/.git"), HasSubstr("cannot be used"));
  EXPECT_THAT(Attempt("ln -s OUTSIDE/.git mod/.git"), HasSubstr("cannot be used"));
}

TEST_F(SubmoduleAttackTest, NoLinkLeadsFromASubmoduleToAnother) {
  const std::string inside =
      Attempt(absl::StrCat(kInit,
                           "cd mod; git update-index --add --cacheinfo 160000,SECOND,out; git commit -qm x\n"
                           "rm -rf out; ln -s OUTSIDE out"));
  EXPECT_THAT(inside, HasSubstr("the submodule mod"));
  EXPECT_THAT(inside, Not(HasSubstr("secret")));
  // Round and round: a link to the top in the submodule.
  const std::string round =
      Attempt(absl::StrCat(kInit,
                           "cd mod; git update-index --add --cacheinfo 160000,SECOND,up/mod; git commit -qm x\n"
                           "rm -rf up; ln -s .. up"));
  EXPECT_THAT(round, HasSubstr("the submodule mod"));
  EXPECT_THAT(Attempt(absl::StrCat(kInit, "echo 'gitdir: ../.git' > mod/.git")), HasSubstr("the submodule mod"));
}

TEST_F(SubmoduleAttackTest, SubmodulesOfSubmodulesEnd) {
  // One repository for all of them, which holds itself.
  EXPECT_THAT(
      Attempt(absl::StrCat(kInit, "cd mod; git rm -q i j; git update-index --add --cacheinfo 160000,SECOND,mod\n",
                           "git commit -qm x; d=$(cd ../.git/modules/mod; pwd -P)\n"
                           "for i in $(seq 60); do mkdir mod; cd mod; echo \"gitdir: $d\" > .git; done")),
      HasSubstr("holds submodules in submodules without end"));
}

TEST_F(SubmoduleAttackTest, RefsThatLeadAwayOrWithoutEndAreNotFollowed) {
  const std::string moved = absl::StrCat(kInit, "cd mod; git commit -q --allow-empty -m x; cd ../.git/modules/mod\n",
                                         "rm -rf refs/remotes packed-refs FETCH_HEAD\n");
  for (const char* plant :
       {"ln -s / refs/remotes", "mkdir ../r; git rev-parse HEAD > ../r/x; ln -s ../../r refs/remotes",
        "mv refs ../r; ln -s / refs; ln -s ../r/heads ../heads",
        "mkfifo packed-refs FETCH_HEAD; mkdir refs/remotes; mkfifo refs/remotes/x",
        "mkdir refs/remotes; cd refs/remotes; for i in $(seq 1500); do mkdir d; cd d; done"}) {
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{256, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    const absl::Time start = absl::Now();
    const std::string answer = Attempt(absl::StrCat(moved, plant));
    EXPECT_LT(absl::Now() - start, absl::Seconds(30)) << plant;
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_THAT(answer, HasSubstr("the submodule mod")) << plant;
  }
}

TEST_F(SubmoduleAttackTest, AHostileNameIsANameOfASubmoduleToo) {
  for (const std::string& name : {std::string("a:b"), std::string("a\"b"), std::string("a\nb"), std::string("\"a")}) {
    const std::string outer =
        Make(absl::StrCat("odd-", ++tasks_),
             absl::StrCat("git -c protocol.file.allow=always submodule -q add --name odd file://", inner_, " '", name,
                          "'; git -C '", name, "' checkout -q ", first_, "; git add '", name, "'"));
    EXPECT_EQ(Run(outer, absl::StrCat(kInit, "cd '", name, "'; git checkout -q ", second_)).substr(0, 2), "M\t")
        << name;
    EXPECT_THAT(Run(outer, absl::StrCat(kInit, "rm -r '", name, "'/.git; cd '", name, "'; git clone -q ", inner_,
                                        " c; mv c/.git .; rm -r c; git checkout -qf ", second_))
                    .substr(0, 2),
                "M\t")
        << name;
  }
}

}  // namespace
}  // namespace fleet::runner
