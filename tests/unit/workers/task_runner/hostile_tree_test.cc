// What a step may leave in its clone to harm the runner itself: whatever it is, the task ends within its bounds,
// nothing outside of the tree is touched, and the runner lives.
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_share.h"
#include "tests/unit/workers/task_runner/change_fixture.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

// AddressSanitizer surrounds every allocation and keeps what was freed.
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
constexpr int kMemoryFactor = 3;
#else
constexpr int kMemoryFactor = 1;
#endif

std::string Number(uint32_t value, int bytes) {
  std::string text;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift));
  return text;
}

// An entry of an index file as git would never write it: the empty blob under any name.
std::string ForgedEntry(const std::string& path, uint32_t mode = 0100644) {
  constexpr std::size_t kLongest = 0xfff;
  const std::string empty_blob("\xe6\x9d\xe2\x9b\xb2\xd1\xd6\x43\x4b\x8b\x29\xae\x77\x5a\xd8\xc2\xe4\x8c\x53\x91", 20);
  std::string entry = std::string(24, '\0') + Number(mode, 4) + std::string(12, '\0') + empty_blob +
                      Number(static_cast<uint32_t>(std::min(path.size(), kLongest)), 2) + path;
  return entry + std::string(8 - entry.size() % 8, '\0');
}

std::string ForgedIndex(const std::string& entries, uint32_t count) {
  return "DIRC" + Number(2, 4) + Number(count, 4) + entries + std::string(20, '\0');
}

class HostileTreeTest : public ChangeFixture {
 protected:
  std::string ReasonOf(const absl::Status& status) { return v1::FailureReason_Name(ToFailure(status).reason()); }
  // The task times out, or can be stopped, in the midst of publishing.
  void ExpectEndsWithTheTask() {
    const WorkBounds bounds(Clock::System(), absl::Seconds(2), stop_);
    auto publisher = GitPublisher::Make(subprocess_, settings_, *clone_, bounds);
    FLEET_ASSERT_OK(publisher);
    const absl::Time start = absl::Now();
    const CommitSpec spec{"Bot", "bot@example.com", WithTaskTrailer("Change it", "T-1"),
                          absl::FromUnixSeconds(1700000000)};
    const auto publication = publisher->Prepare(spec, {"T-1"});
    const absl::Status status =
        publication.ok() ? publisher->Publish(*publication, spec, {"T-1"}).status() : publication.status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
    EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  }
  // What comes of an index of one forged entry.
  absl::Status PublishIndexOf(const std::string& path, uint32_t mode = 0100644) {
    Clone(victim_);
    Step("git hash-object -w --stdin < /dev/null > /dev/null; rm .git/index");
    WriteFile(clone_->tree + "/.git/index", ForgedIndex(ForgedEntry(path, mode), 1));
    return Publish().status();
  }

  const std::string victim_ = fixture_.MakeRepository("r", {{"a", "a\n"}, {"dir/b", "b\n"}});
};

TEST_F(HostileTreeTest, NamesOutsideOfTheTreeInAnIndexAreRefused) {
  const std::string outside = fixture_.directory() / "outside";
  WriteFile(outside, "precious");
  for (const std::string& path : {std::string("../../outside"), outside, std::string("dir/../../../outside"),
                                  std::string(".git/config"), std::string("dir/.GIT/config"), std::string("dir//b"),
                                  std::string("dir/./b"), std::string("dir/"), std::string("..")}) {
    const absl::Status status = PublishIndexOf(path);
    EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_TREE_BROKEN") << path << ": " << status;
  }
}

TEST_F(HostileTreeTest, APathThatNoTreeCanHoldIsNotCarried) {
  std::string path;
  for (int i = 0; i < 500'000; ++i) path += "a/";
  const absl::Status status = PublishIndexOf(path + "a");
  EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_CHANGE_NOT_CARRIED") << status.message().substr(0, 100);
}

TEST_F(HostileTreeTest, AMillionEntriesAreReadInBoundedMemory) {
  std::string entries;
  const auto count = static_cast<uint32_t>(testing::TestShare(1'000'000));
  for (uint32_t i = 0; i < count; ++i) entries += ForgedEntry(absl::StrCat("dir/", 1'000'000 + i));
  Clone(victim_);
  Step("git hash-object -w --stdin < /dev/null > /dev/null; rm .git/index");
  WriteFile(clone_->tree + "/.git/index", ForgedIndex(entries, count));
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  const auto commit = Publish();
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_TRUE(commit.ok()) << commit.status();
  EXPECT_LT((after.ru_maxrss - before.ru_maxrss) / 1024, 1024 * kMemoryFactor);
}

// The time to publish is over long before such a file is read; nothing else in its way takes longer.
TEST_F(HostileTreeTest, AFileGrownBeyondMeasureEndsWithTheTask) {
  Clone(victim_);
  Step("truncate -s 7T a");
  ExpectEndsWithTheTask();
}

TEST_F(HostileTreeTest, FilesThatBlockWhoeverOpensThemEndWithTheTask) {
  for (const char* script :
       {"mkfifo .gitignore", "rm -rf dir; mkdir dir; mkfifo dir/.gitattributes; git add a; echo x > dir/b",
        "mkdir n; cd n; git init -q; rm .git/HEAD; mkfifo .git/HEAD",
        "echo new > a; git add a; f=.git/objects/$(git rev-parse :a | sed 's,..,&/,'); rm -f $f; mkfifo $f\n"
        "git update-index --skip-worktree a; rm a",
        "mkdir -p x/info; mkfifo x/info/alternates; echo \"$PWD/x\" >> .git/objects/info/alternates; echo x > a"}) {
    Clone(victim_);
    SCOPED_TRACE(script);
    Step(script);
    ExpectEndsWithTheTask();
  }
}

// Of the clone's own files none blocks: they are opened by us, and only if they are files.
TEST_F(HostileTreeTest, AClonesOwnFilesMayBeAnything) {
  for (const char* script :
       {"rm .git/HEAD; mkfifo .git/HEAD", "rm .git/HEAD; ln -s HEAD .git/HEAD",
        "echo 'ref: refs/heads/x' > .git/HEAD; mkdir -p .git/refs/heads; echo 'ref: refs/heads/x' > .git/refs/heads/x",
        "echo 'ref: refs/../../../outside' > .git/HEAD", "rm -rf .git", "rm -rf .git; echo 'gitdir: /etc' > .git",
        "rm -rf .git; git init -q --bare .git", "rm -rf .git; mkfifo .git", "mkfifo .git/packed-refs; rm .git/HEAD",
        "rm .git/index"}) {
    Clone(victim_);
    Step(absl::StrCat("echo ", ++tasks_, " > a\n", script));
    const absl::Status status = Publish().status();
    EXPECT_TRUE(status.ok()) << script << ": " << status;
    EXPECT_EQ(fixture_.Show(victim_, kFleetBranch, "a"), absl::StrCat(tasks_)) << script;
  }
  for (const char* script : {"mv .git ../moved; ln -s ../moved .git", "mv .git/objects ../o; ln -s ../o .git/objects",
                             "rm .git/objects/info/alternates; mkfifo .git/objects/info/alternates"}) {
    Clone(victim_);
    Step(absl::StrCat("echo x > a\n", script));
    const absl::Status status = Publish().status();
    EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_CHANGE_NOT_CARRIED") << script << ": " << status;
  }
  for (const char* script : {"rm .git/index; mkfifo .git/index", "rm .git/index; ln -s /dev/zero .git/index",
                             "rm .git/index; mkdir .git/index", "truncate -s 500G .git/index",
                             "echo garbage > .git/index", "truncate -s 100 .git/index", "> .git/index"}) {
    Clone(victim_);
    Step(absl::StrCat("echo x > a\n", script));
    const absl::Status status = Publish().status();
    EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_TREE_BROKEN") << script << ": " << status;
  }
}

TEST_F(HostileTreeTest, SharedIndexesThatNobodyNamesAreNotCopied) {
  Clone(victim_);
  Step(
      "git update-index --split-index; echo x > a; git add a; for i in 1 2 3 4 5 6 7 8; do truncate -s 200M "
      ".git/sharedindex.$(printf '%040d' $i); done");
  EXPECT_EQ(Change(), "M\ta");
  for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
    if (!absl::StrContains(entry.path().string(), "/publish-")) continue;
    EXPECT_FALSE(entry.is_regular_file() && entry.file_size() > (1 << 20)) << entry.path();
  }
}

// Ten directories in each of ten levels, made of ten objects.
TEST_F(HostileTreeTest, ATreeOfEndlessFilesIsNotListedWhole) {
  Clone(victim_);
  Step(
      "t=$(printf '100644 blob %s\\tf\\n' $(git hash-object -w a) | git mktree)\n"
      "for l in 1 2 3 4 5 6 7 8 9 10; do t=$(for n in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\tdir-%s\\n' $t "
      "$n; "
      "done | git mktree); done\n"
      "git update-ref HEAD $(git commit-tree -m bomb $t)");
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_EQ(ReasonOf(Publish().status()), "FAILURE_REASON_BAD_CONFIG");
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT((after.ru_maxrss - before.ru_maxrss) / 1024, 2048 * kMemoryFactor);
}

TEST_F(HostileTreeTest, ATreeDeeperThanAnyPathIsNotCarried) {
  Clone(victim_);
  Step(
      "echo x > a; mkdir deep; cd deep; i=0; while [ $i -lt 2100 ]; do mkdir d; cd -P d; i=$((i + 1)); done; echo x > "
      "f");
  const absl::Status status = Publish().status();
  EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_CHANGE_NOT_CARRIED") << status;
  Step("rm -rf deep");
}

// Objects that are not what their names say: git does not look, the server does.
TEST_F(HostileTreeTest, ForgedObjectsAreNotPushed) {
  const std::string other = fixture_.MakeRepository("other", {{"a", "other\n"}});
  const std::string before = fixture_.Git(other, {"for-each-ref"});
  for (const char* where : {".git/objects", "../store/objects"}) {
    const std::string forge = absl::StrCat(
        "forge() { f=", where, "/$(echo $1 | sed 's,..,&/,'); mkdir -p ${f%/*}; rm -f $f\n",
        "n=$(git hash-object -w --no-filters $2); cp .git/objects/$(echo $n | sed 's,..,&/,') $f; }; echo ", ++tasks_,
        " > ../n\n");
    // A new blob with the content of another.
    Clone(victim_);
    Step(absl::StrCat(forge, "forge 1234567890123456789012345678901234567890 ../n\n",
                      "git update-index --add --cacheinfo 100644,1234567890123456789012345678901234567890,x"));
    const absl::Status status = Publish().status();
    EXPECT_FALSE(status.ok()) << where;
    // The base's, so that it looks as if nothing changed.
    Clone(victim_);
    Step(absl::StrCat(forge, "forge $(git rev-parse HEAD:a) ../n; cp ../n a"));
    EXPECT_EQ(Change(), "M\ta") << where;
    EXPECT_EQ(fixture_.Show(victim_, "main", "a"), "a");
    fixture_.Git(victim_, {"fsck", "--strict"});
  }
  EXPECT_EQ(fixture_.Git(other, {"for-each-ref"}), before);
}

// The branch's tip as it was fetched lies beside the tree, too.
TEST_F(HostileTreeTest, AForgedTipIsNotTakenForTheBranchs) {
  const std::string seen = fixture_.Commit(victim_, kFleetBranch, {{"a", "somebody's\n"}}, "somebody's");
  Clone(victim_);
  ASSERT_EQ(clone_->seen_commit, seen);
  Step(absl::StrCat("echo mine > a; git add a; c=$(git commit-tree -p HEAD -m x $(git write-tree))\n",
                    "f=../store/objects/$(echo ", seen, " | sed 's,..,&/,'); rm -f $f\n",
                    "cp .git/objects/$(echo $c | sed 's,..,&/,') $f"));
  const auto commit = Publish();
  EXPECT_TRUE(!commit.ok() || *commit != seen) << "said to be on the branch, and is not";
}

TEST_F(HostileTreeTest, WhatSpeedsGitUpIsNotBelieved) {
  Clone(victim_);
  Step(
      "for o in .git/objects ../store/objects; do mkdir -p $o/info/commit-graphs $o/pack\n"
      "for f in info/commit-graph info/commit-graphs/commit-graph-chain pack/multi-pack-index pack/x.bitmap "
      "pack/pack-1234567890123456789012345678901234567890.bitmap info/packs; do echo garbage > $o/$f; done; done\n"
      "echo '1234567890123456789012345678901234567890 refs/heads/main' > .git/packed-refs; echo x > a");
  EXPECT_EQ(Change(), "M\ta");
}

TEST_F(HostileTreeTest, AnObjectThatIsMissingIsFetchedFromNowhere) {
  const std::string trap = fixture_.directory() / "trap";
  WriteFile(trap, absl::StrCat("#!/bin/sh\ntouch ", trap, "-ran\n"));
  fs::permissions(trap, fs::perms::owner_all);
  Clone(victim_);
  const std::string lazy = absl::StrCat(
      "[extensions]\\n\\tpartialClone = evil\\n[remote \"evil\"]\\n\\turl = ext::", trap,
      "\\n\\tpromisor = true\\n[protocol \"ext\"]\\n\\tallow = always\\n[core]\\n\\trepositoryformatversion = 1\\n");
  Step(absl::StrCat("for f in .git/config ../store/config; do printf '", lazy, "' >> $f; done\n",
                    "git update-index --add --cacheinfo 100644,1234567890123456789012345678901234567890,x\n",
                    "git cat-file -p :x > /dev/null 2>&1 || true; test -e ", trap, "-ran; rm ", trap, "-ran"));
  EXPECT_EQ(ReasonOf(Publish().status()), "FAILURE_REASON_CHANGE_NOT_CARRIED");
  EXPECT_FALSE(fs::exists(trap + "-ran"));
}

TEST_F(HostileTreeTest, NamesInFailuresAreText) {
  Clone(victim_);
  Step(
      "rm a; mkfifo a; git mv dir/b \"$(printf 'n\\377\\n\\033[2J')\"; mkdir -p x; rm -f n*; mkfifo \"$(printf "
      "'n\\377\\n\\033[2J')\"");
  const v1::Failure failure = ToFailure(Publish().status());
  EXPECT_FALSE(failure.SerializeAsString().empty());
  EXPECT_EQ(failure.message().find('\x1b'), std::string::npos);
  EXPECT_EQ(failure.message().find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace fleet::runner
