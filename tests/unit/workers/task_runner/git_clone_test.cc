#include "workers/task_runner/git_clone.h"

#include <chrono>
#include <filesystem>
#include <string>

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
using ::testing::Not;
namespace fs = std::filesystem;

constexpr char kBranch[] = "fleet/01arz3ndektsv4rrffq69g5fav";

// Clones and publishes as a task does; what a step would do happens between.
class GitCloneTest : public ::testing::Test {
 protected:
  GitCloneTest() { settings_.protocols = {"file"}; }

  absl::StatusOr<GitClone> Clone(const std::string& url, const std::string& default_branch = "") {
    directory_ = fixture_.directory() / absl::StrCat("task-", ++tasks_);
    FLEET_RETURN_IF_ERROR(MakePrivateDirectory(directory_));
    FLEET_ASSIGN_OR_RETURN(const GitCommand git, GitCommand::Make(subprocess_, settings_, directory_ + "/git"));
    return GitClone::Make(git, {url, default_branch, kBranch, directory_}, bounds_);
  }
  absl::StatusOr<std::string> Publish(const GitClone& clone) {
    FLEET_ASSIGN_OR_RETURN(const GitPublisher publisher, GitPublisher::Make(subprocess_, settings_, clone, bounds_));
    const CommitSpec spec{"Bot", "bot@example.com", "Change it\n\nFleet-Task: T-1\n",
                          absl::FromUnixSeconds(1700000000)};
    FLEET_ASSIGN_OR_RETURN(const Publication publication, publisher.Prepare(spec, {"T-1"}));
    return publisher.Publish(publication, spec, {"T-1"});
  }
  // A program that leaves a trace when it is run.
  std::string Trap(const std::string& name) {
    const std::string program = fixture_.directory() / name;
    WriteFile(program, "#!/bin/sh\ntouch '" + program + ".ran'\nexit 0\n");
    fs::permissions(program, fs::perms::owner_all);
    return program;
  }
  bool Ran(const std::string& name) { return fs::exists(fixture_.directory() / (name + ".ran")); }
  v1::FailureCategory CategoryOf(const absl::Status& status) { return ToFailure(status).category(); }
  std::string ReasonOf(const absl::Status& status) { return v1::FailureReason_Name(ToFailure(status).reason()); }

  GitFixture fixture_;
  Subprocess subprocess_{Clock::System()};
  StopToken stop_;
  WorkBounds bounds_{Clock::System(), absl::Minutes(5), stop_};
  GitSettings settings_;
  std::string directory_;
  int tasks_ = 0;
};

TEST_F(GitCloneTest, ChecksOutTheDefaultBranchShallowly) {
  const std::string bare = fixture_.MakeRepository("r", {{"a.txt", "one\n"}});
  const std::string head = fixture_.Commit(bare, "main", {{"dir/b.txt", "two\n"}}, "second");
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  EXPECT_EQ(clone.base_commit, head);
  EXPECT_EQ(clone.seen_commit, "");
  EXPECT_EQ(ReadFile(clone.tree + "/dir/b.txt"), "two\n");
  // Usable for a step, and one commit deep.
  EXPECT_EQ(fixture_.Git(clone.tree, {"status", "--porcelain"}), "");
  EXPECT_EQ(fixture_.Git(clone.tree, {"rev-list", "--count", "HEAD"}), "1");
  EXPECT_EQ(fixture_.Git(clone.tree, {"symbolic-ref", "--short", "HEAD"}), kBranch);
}

TEST_F(GitCloneTest, HasTheFoldersThatProgramsWriteTo) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  for (const char* folder : {"/.git/info", "/.git/hooks", "/.git/objects/pack", "/.git/refs/tags"}) {
    EXPECT_TRUE(fs::is_directory(clone.tree + folder)) << folder;
  }
  EXPECT_TRUE(fs::is_empty(clone.tree + "/.git/hooks"));
}

TEST_F(GitCloneTest, StartsFromTheBranchAskedFor) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "main"}});
  const std::string develop = fixture_.Commit(bare, "develop", {{"a", "develop"}}, "d");
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare, "develop"));
  EXPECT_EQ(clone.base_commit, develop);
}

TEST_F(GitCloneTest, DoesNotPushToTheBranchItStartsFrom) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "main"}});
  fixture_.Commit(bare, kBranch, {{"a", "other"}}, "o");
  FLEET_EXPECT_OK(Clone("file://" + bare));
  const absl::Status registered = Clone("file://" + bare, kBranch).status();
  EXPECT_EQ(ReasonOf(registered), "FAILURE_REASON_BRANCH_IS_BASE");
  EXPECT_THAT(std::string(registered.message()), HasSubstr(kBranch));
  fixture_.Git(bare, {"symbolic-ref", "HEAD", absl::StrCat("refs/heads/", kBranch)});
  EXPECT_EQ(ReasonOf(Clone("file://" + bare).status()), "FAILURE_REASON_BRANCH_IS_BASE") << "the remote's own";
}

TEST_F(GitCloneTest, StartsFromADetachedHead) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "main"}});
  const std::string head = fixture_.Branch(bare, "main");
  fixture_.Git(bare, {"update-ref", "--no-deref", "HEAD", head});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  EXPECT_EQ(clone.base_commit, head);
}

TEST_F(GitCloneTest, SaysWhatIsWrongWithARepository) {
  const std::string empty = fixture_.MakeRepository("empty", {});
  const absl::Status no_commits = Clone("file://" + empty).status();
  EXPECT_EQ(CategoryOf(no_commits), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_EQ(ReasonOf(no_commits), "FAILURE_REASON_BRANCH_NOT_FOUND");
  EXPECT_THAT(std::string(no_commits.message()), HasSubstr("empty"));
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  const absl::Status no_branch = Clone("file://" + bare, "trunk").status();
  EXPECT_EQ(CategoryOf(no_branch), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_EQ(ReasonOf(no_branch), "FAILURE_REASON_BRANCH_NOT_FOUND");
  EXPECT_THAT(std::string(no_branch.message()), HasSubstr("\"trunk\""));
  const absl::Status no_repository = Clone("file://" + bare + "-missing").status();
  EXPECT_EQ(CategoryOf(no_repository), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_EQ(ReasonOf(no_repository), "FAILURE_REASON_REPOSITORY_NOT_FOUND");
}

TEST_F(GitCloneTest, RefusesUrlsThatRunProgramsOrHoldSecrets) {
  const std::string trap = Trap("pack");
  settings_.protocols = {"file", "https", "ssh", "ext"};
  for (const std::string& url :
       {"--upload-pack=" + trap, "-u" + trap, "ext::" + trap, "file://ok\n--upload-pack=" + trap,
        std::string("https://bot:s3cret@example.com/r.git"), std::string("https://t0ken-s3cret@example.com/r.git"),
        "ssh://-oProxyCommand=" + trap + "/r", "-oProxyCommand=" + trap + ":r"}) {
    const absl::Status status = Clone(url).status();
    EXPECT_EQ(CategoryOf(status), v1::FAILURE_CATEGORY_CONFIG) << url;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cret")));
  }
  EXPECT_FALSE(Ran("pack"));
}

TEST_F(GitCloneTest, UsesOnlyTheAllowedProtocols) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  settings_.protocols = {"https", "ssh"};
  const absl::Status refused = Clone("file://" + bare).status();
  EXPECT_EQ(CategoryOf(refused), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_EQ(ReasonOf(refused), "FAILURE_REASON_BAD_CONFIG");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--git_protocols"));
  // Not by way of the operator's rewriting either: git itself has the list.
  settings_.config_file = fixture_.directory() / "operator";
  WriteFile(settings_.config_file, "[url \"file://" + bare + "\"]\n  insteadOf = https://example.com/r\n");
  const absl::Status rewritten = Clone("https://example.com/r").status();
  EXPECT_EQ(CategoryOf(rewritten), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_THAT(std::string(rewritten.message()), HasSubstr("not allowed"));
}

TEST_F(GitCloneTest, TheOperatorsConfigurationCounts) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  settings_.config_file = fixture_.directory() / "odd \"name\\";
  WriteFile(settings_.config_file, "[url \"file://" + bare + "\"]\n  insteadOf = file:///nowhere\n");
  FLEET_EXPECT_OK(Clone("file:///nowhere"));
}

TEST_F(GitCloneTest, ARepositoryCannotBringAGitOfItsOwn) {
  const std::string bare = fixture_.MakeRepository("r", {{"git", "#!/bin/sh\ntouch /dev/null\nexit 9\n"}});
  settings_.path = ".:" + settings_.path + "::bin";
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  fs::permissions(clone.tree + "/git", fs::perms::owner_all);
  FLEET_EXPECT_OK(Publish(clone));
}

TEST_F(GitCloneTest, TheHostsConfigurationDoesNot) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  const std::string home = fixture_.directory() / "home";
  WriteFile(home + "/.gitconfig", "[url \"file:///nowhere\"]\n  insteadOf = file://\n");
  setenv("HOME", home.c_str(), 1);
  setenv("GIT_CONFIG_COUNT", "1", 1);
  setenv("GIT_CONFIG_KEY_0", "url.file:///nowhere.insteadOf", 1);
  setenv("GIT_CONFIG_VALUE_0", "file://", 1);
  const auto clone = Clone("file://" + bare);
  unsetenv("GIT_CONFIG_COUNT");
  FLEET_EXPECT_OK(clone);
}

TEST_F(GitCloneTest, PublishesOneCommitOnTopOfTheBase) {
  const std::string bare = fixture_.MakeRepository("r", {{"keep", "k"}, {"edit", "e"}, {"drop", "d"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  WriteFile(clone.tree + "/edit", "edited");
  WriteFile(clone.tree + "/new/file", "new");
  fs::remove(clone.tree + "/drop");
  fs::create_symlink("/etc/passwd", clone.tree + "/link");
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_EQ(fixture_.Branch(bare, kBranch), commit);
  EXPECT_EQ(fixture_.Git(bare, {"diff", "--name-status", "main", kBranch}), "D\tdrop\nM\tedit\nA\tlink\nA\tnew/file");
  EXPECT_EQ(fixture_.Git(bare, {"log", "-1", "--format=%an <%ae> %cn: %s %P", kBranch}),
            "Bot <bot@example.com> Bot: Change it " + fixture_.Branch(bare, "main"));
  EXPECT_EQ(fixture_.Show(bare, kBranch, "link"), "/etc/passwd");
}

TEST_F(GitCloneTest, FindsNoChangeWhereThereIsNone) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}, {".gitignore", "build/\n"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  WriteFile(clone.tree + "/a", "b");
  WriteFile(clone.tree + "/build/ignored", "x");
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_EQ(commit, "");
  EXPECT_EQ(fixture_.Branch(bare, kBranch), "");
}

TEST_F(GitCloneTest, LineEndingsThatWereNeverNormalisedAreNoChange) {
  const std::string bare = fixture_.MakeRepository("r", {{"a.txt", "one\r\ntwo\r\n"}});
  fixture_.Commit(bare, "main", {{".gitattributes", "* text=auto\n"}}, "attributes");
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_EQ(commit, "");
}

TEST_F(GitCloneTest, WhatAStepCommittedIsPublishedToo) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  WriteFile(clone.tree + "/a", "committed by the step");
  fixture_.Git(clone.tree, {"commit", "-qam", "step"});
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_EQ(fixture_.Show(bare, kBranch, "a"), "committed by the step");
  EXPECT_EQ(fixture_.Git(bare, {"rev-list", "--count", "main.." + std::string(kBranch)}), "1");
}

TEST_F(GitCloneTest, SurvivesAStepThatRemovesItsRepository) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  fs::remove_all(clone.tree + "/.git");
  WriteFile(clone.tree + "/a", "c");
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_EQ(fixture_.Show(bare, kBranch, "a"), "c");
}

TEST_F(GitCloneTest, RunsNothingThatAStepPlanted) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  const std::string trap = Trap("planted");
  const std::string config =
      "[core]\n  fsmonitor = " + trap + "\n  hooksPath = " + directory_ + "/hooks\n  sshCommand = " + trap +
      "\n  askPass = " + trap + "\n  gitProxy = " + trap + "\n  pager = " + trap + "\n  editor = " + trap +
      "\n[filter \"evil\"]\n  clean = " + trap + "\n  smudge = " + trap + "\n  process = " + trap +
      "\n  required = false\n[alias]\n  add = !" + trap + "\n  push = !" + trap + "\n[credential]\n  helper = " + trap +
      "\n[gpg]\n  program = " + trap + "\n[commit]\n  gpgSign = true\n[diff]\n  external = " + trap +
      "\n[url \"ext::" + trap + " \"]\n  insteadOf = file://\n[protocol \"ext\"]\n  allow = always\n" +
      "[remote \"origin\"]\n  receivepack = " + trap + "\n";
  WriteFile(clone.tree + "/.gitattributes", "* diff=evil\n");
  WriteFile(clone.tree + "/a", "changed");
  // Everywhere a step can write: its own repository, the store beside it, what served the clone, and a home.
  for (const std::string& file : {clone.tree + "/.git/config", directory_ + "/store/config", directory_ + "/git/config",
                                  directory_ + "/git/home/.gitconfig", directory_ + "/git/home/.config/git/config"}) {
    WriteFile(file, config);
  }
  for (const std::string& hooks : {clone.tree + "/.git/hooks", directory_ + "/store/hooks", directory_ + "/hooks"}) {
    for (const char* hook : {"pre-commit", "commit-msg", "post-commit", "pre-push", "post-index-change",
                             "reference-transaction", "fsmonitor-watchman"}) {
      fs::create_directories(hooks);
      fs::copy_file(trap, hooks + "/" + hook, fs::copy_options::overwrite_existing);
    }
  }
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_EQ(fixture_.Show(bare, kBranch, "a"), "changed");
  EXPECT_FALSE(Ran("planted"));
}

TEST_F(GitCloneTest, RunsNothingOfANestedRepository) {
  // git looks into a submodule with "git status" when it adds: it must find no repository there.
  const std::string inner = fixture_.MakeRepository("inner", {{"i", "i"}});
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  const std::string tree = fixture_.directory() / "with-submodule";
  fixture_.Git(fixture_.directory().path(), {"clone", "-q", bare, tree});
  fixture_.Git(tree, {"update-index", "--add", "--cacheinfo", "160000," + fixture_.Branch(inner, "main") + ",sub"});
  fixture_.Git(tree, {"commit", "-qm", "submodule"});
  fixture_.Git(tree, {"push", "-q", "origin", "main"});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  const std::string trap = Trap("nested");
  for (const char* place : {"/sub", "/embedded"}) {
    fs::remove_all(clone.tree + place);
    fixture_.Git(clone.tree, {"clone", "-q", inner, clone.tree + place});
    WriteFile(clone.tree + place + "/.git/config",
              "[core]\n  repositoryformatversion = 0\n  fsmonitor = " + trap + "\n");
  }
  WriteFile(clone.tree + "/sub/i", "dirty");
  // What is in a submodule is not carried, and not lost without a word.
  EXPECT_EQ(ReasonOf(Publish(clone).status()), "FAILURE_REASON_CHANGE_NOT_CARRIED");
  EXPECT_FALSE(Ran("nested"));
  WriteFile(clone.tree + "/sub/i", "i");
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_FALSE(Ran("nested"));
  // The submodule stays as it was, what was cloned beside it is taken as files.
  EXPECT_EQ(fixture_.Git(bare, {"diff", "--name-status", "main", kBranch}), "A\tembedded/i");
}

TEST_F(GitCloneTest, DoesNotFollowALinkInPlaceOfTheTree) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  const std::string other = fixture_.directory() / "other";
  WriteFile(other + "/.git/config", "precious");
  fs::remove_all(clone.tree);
  fs::create_symlink(other, clone.tree);
  EXPECT_EQ(CategoryOf(Publish(clone).status()), v1::FAILURE_CATEGORY_AGENT);
  EXPECT_EQ(ReadFile(other + "/.git/config"), "precious");
}

TEST_F(GitCloneTest, ARefusalOfTheForgeIsAGuardrail) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone("file://" + bare));
  WriteFile(bare + "/hooks/pre-receive", "#!/bin/sh\necho no secrets please\nexit 1\n");
  fs::permissions(bare + "/hooks/pre-receive", fs::perms::owner_all);
  WriteFile(clone.tree + "/a", "c");
  const absl::Status status = Publish(clone).status();
  EXPECT_EQ(CategoryOf(status), v1::FAILURE_CATEGORY_GUARDRAIL);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no secrets please"));
}

TEST_F(GitCloneTest, EndsAtTheTaskTimeoutAndWhenStopped) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  const auto git = GitCommand::Make(subprocess_, settings_, fixture_.directory() / "git");
  FLEET_ASSERT_OK(git);
  const WorkBounds over(Clock::System(), absl::ZeroDuration(), stop_);
  const CloneRequest request{"file://" + bare, "", kBranch, fixture_.directory().path()};
  EXPECT_EQ(GitClone::Make(*git, request, over).status().code(), absl::StatusCode::kDeadlineExceeded);
  stop_.Stop(StopReason::kCancelled);
  EXPECT_EQ(GitClone::Make(*git, request, bounds_).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace fleet::runner
