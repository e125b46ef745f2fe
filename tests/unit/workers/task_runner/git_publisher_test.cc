#include "workers/task_runner/git_publisher.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Action = Publication::Action;
namespace fs = std::filesystem;

constexpr char kPublished[] = "fleet/01arz3ndektsv4rrffq69g5fav";
constexpr char kPublisher[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV-7";
constexpr char kStranger[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV-8";

struct Result {
  Publication publication;
  std::string commit;
};

// One attempt after the other at one repository: each clones, changes and publishes.
class GitPublisherTest : public ::testing::Test {
 protected:
  GitPublisherTest() {
    settings_.protocols = {"file"};
    bare_ = fixture_.MakeRepository("r", {{"a", "b"}});
  }

  using Files = std::map<std::string, std::string>;
  // `meanwhile` happens between the clone and the push.
  absl::StatusOr<Result> Attempt(
      const Files& changes, const std::function<void()>& meanwhile = [] {}) {
    const std::string directory = fixture_.directory() / absl::StrCat("task-", ++tasks_);
    FLEET_RETURN_IF_ERROR(MakePrivateDirectory(directory));
    FLEET_ASSIGN_OR_RETURN(const GitCommand git, GitCommand::Make(subprocess_, settings_, directory + "/git"));
    FLEET_ASSIGN_OR_RETURN(const GitClone clone,
                           GitClone::Make(git, {"file://" + bare_, "", kPublished, directory}, bounds_));
    for (const auto& [path, text] : changes) WriteFile(clone.tree + "/" + path, text);
    FLEET_ASSIGN_OR_RETURN(const GitPublisher publisher, GitPublisher::Make(subprocess_, settings_, clone, bounds_));
    spec_.time += absl::Seconds(1);
    spec_.message = WithTaskTrailer(title_, claim_.task_id);
    FLEET_ASSIGN_OR_RETURN(held_, publisher.HeldCommit(spec_, claim_));
    FLEET_ASSIGN_OR_RETURN(const Publication publication, publisher.Prepare(spec_, claim_));
    meanwhile();
    FLEET_ASSIGN_OR_RETURN(const std::string commit, publisher.Publish(publication, spec_, claim_));
    return Result{publication, commit};
  }
  std::string Tip() { return fixture_.Branch(bare_, kPublished); }
  // As somebody who works on the branch in a clone of their own, and pushes at the end, by force if need be.
  std::string Person(const std::vector<std::vector<std::string>>& commands) {
    const std::string tree = fixture_.directory() / absl::StrCat("person-", ++tasks_);
    fixture_.Git(fixture_.directory().path(), {"clone", "-q", bare_, tree});
    fixture_.Git(tree, {"checkout", "-q", kPublished});
    WriteFile(tree + "/human", absl::StrCat("line ", tasks_));
    fixture_.Git(tree, {"add", "-A"});
    for (const std::vector<std::string>& command : commands) fixture_.Git(tree, command);
    fixture_.Git(tree, {"push", "-q", "-f", "origin", absl::StrCat("HEAD:refs/heads/", kPublished)});
    return Tip();
  }
  void Hook(const std::string& name, const std::string& script) {
    const std::string path = bare_ + "/hooks/" + name;
    WriteFile(path, "#!/bin/sh\n" + script + "\n");
    fs::permissions(path, fs::perms::owner_all);
  }
  static std::string ReasonOf(const absl::Status& status) { return v1::FailureReason_Name(ToFailure(status).reason()); }

  GitFixture fixture_;
  Subprocess subprocess_{Clock::System()};
  StopToken stop_;
  WorkBounds bounds_{Clock::System(), absl::Minutes(5), stop_};
  GitSettings settings_;
  std::string bare_;
  std::string title_ = "Change it";
  CommitSpec spec_{"Bot", "bot@example.com", "", absl::FromUnixSeconds(1700000000)};
  BranchClaim claim_{kPublisher};
  std::string held_;
  int tasks_ = 0;
};

TEST_F(GitPublisherTest, TheCommitSaysWhoseItIs) {
  FLEET_ASSERT_OK_AND_ASSIGN(const Result result, Attempt({{"a", "c"}}));
  EXPECT_TRUE(result.publication.changed);
  EXPECT_EQ(Tip(), result.commit);
  EXPECT_EQ(fixture_.Git(bare_, {"log", "-1", "--date=raw", "--format=%an <%ae> %ad %cn <%ce> %cd%n%B", kPublished}),
            absl::StrCat("Bot <bot@example.com> 1700000001 +0000 Bot <bot@example.com> 1700000001 +0000\nChange it\n\n"
                         "Fleet-Task: ",
                         kPublisher));
}

TEST_F(GitPublisherTest, TheOperatorsEncodingLeavesNoMark) {
  settings_.config_file = fixture_.directory() / "operator";
  WriteFile(settings_.config_file, "[i18n]\n  commitEncoding = ISO-8859-1\n[commit]\n  gpgSign = true\n");
  FLEET_ASSERT_OK(Attempt({{"a", "first"}}));
  FLEET_ASSERT_OK(Attempt({{"a", "second"}}));
  EXPECT_EQ(fixture_.Git(bare_, {"cat-file", "commit", kPublished}).find("encoding"), std::string::npos);
}

TEST_F(GitPublisherTest, ALaterAttemptReplacesTheTasksOwnCommit) {
  FLEET_ASSERT_OK_AND_ASSIGN(const Result first, Attempt({{"a", "first"}, {"b", "first"}}));
  // Also after the default branch has moved on.
  fixture_.Commit(bare_, "main", {{"other", "o"}}, "other");
  FLEET_ASSERT_OK_AND_ASSIGN(const Result second, Attempt({{"a", "second"}}));
  EXPECT_EQ(held_, first.commit);
  EXPECT_EQ(Tip(), second.commit);
  EXPECT_EQ(fixture_.Git(bare_, {"diff", "--name-only", "main", kPublished}), "a");
  EXPECT_EQ(fixture_.Git(bare_, {"rev-list", "--count", "main.." + std::string(kPublished)}), "1");
}

TEST_F(GitPublisherTest, KnowsItsCommitByWhatGitMakesOfTheName) {
  spec_.author_name = "Bot, Inc. <team>";
  spec_.author_email = " bot@example.com.";
  FLEET_ASSERT_OK(Attempt({{"a", "first"}}));
  FLEET_EXPECT_OK(Attempt({{"a", "second"}}));
}

TEST_F(GitPublisherTest, TheSameChangeIsNotPushedTwice) {
  FLEET_ASSERT_OK_AND_ASSIGN(const Result first, Attempt({{"a", "changed"}}));
  Hook("pre-receive", "exit 1");
  FLEET_ASSERT_OK_AND_ASSIGN(const Result second, Attempt({{"a", "changed"}}));
  EXPECT_EQ(second.commit, first.commit);
  EXPECT_TRUE(second.publication.changed);
  EXPECT_EQ(second.publication.action, Action::kNone);
}

TEST_F(GitPublisherTest, TheSameChangeIsPushedAgainUnderAnotherMessageOrAuthor) {
  FLEET_ASSERT_OK_AND_ASSIGN(const Result first, Attempt({{"a", "changed"}}));
  title_ = "Say it better";
  FLEET_ASSERT_OK_AND_ASSIGN(const Result second, Attempt({{"a", "changed"}}));
  EXPECT_EQ(Tip(), second.commit);
  EXPECT_EQ(fixture_.Git(bare_, {"log", "-1", "--format=%s", kPublished}), "Say it better");
  // Of another author it is the task's only by the service's word.
  spec_.author_name = "Robot";
  EXPECT_EQ(ReasonOf(Attempt({{"a", "changed"}}).status()), "FAILURE_REASON_BRANCH_NOT_OURS");
  claim_.pushed_commit = second.commit;
  FLEET_ASSERT_OK(Attempt({{"a", "changed"}}));
  EXPECT_EQ(fixture_.Git(bare_, {"log", "-1", "--format=%an", kPublished}), "Robot");
}

TEST_F(GitPublisherTest, LeavesWhatPeopleMadeOfTheBranchAlone) {
  const std::vector<std::pair<std::string, std::vector<std::vector<std::string>>>> cases = {
      {"on top", {{"commit", "-qm", "fix"}}},
      {"amended", {{"commit", "-q", "--amend", "--no-edit"}}},
      {"amended as the author",
       {{"-c", "user.name=Bot", "-c", "user.email=bot@example.com", "commit", "-q", "--amend", "--no-edit",
         "--reset-author"}}},
      {"reworded", {{"reset", "-q", "--hard"}, {"commit", "-q", "--amend", "-m", "Better words"}}},
      {"merged with main", {{"commit", "-qm", "fix"}, {"merge", "-q", "--no-edit", "origin/main"}}},
      {"rebased", {{"reset", "-q", "--hard"}, {"rebase", "-q", "origin/main"}}},
      {"squashed", {{"commit", "-qm", "fix"}, {"reset", "-q", "--soft", "HEAD~2"}, {"commit", "-qm", "squashed"}}},
      {"reverted", {{"reset", "-q", "--hard"}, {"revert", "--no-edit", "HEAD"}}},
      {"empty", {{"reset", "-q", "--hard"}, {"commit", "-q", "--allow-empty", "-m", "build again"}}},
      {"one's own", {{"reset", "-q", "--hard", "origin/main"}, {"commit", "-q", "--allow-empty", "-m", "mine"}}},
  };
  FLEET_ASSERT_OK_AND_ASSIGN(const Result pushed, Attempt({{"a", "first"}}));
  fixture_.Commit(bare_, "main", {{"other", "o"}}, "other");
  for (const auto& [name, commands] : cases) {
    fixture_.Git(bare_, {"update-ref", std::string("refs/heads/") + kPublished, pushed.commit});
    const std::string foreign = Person(commands);
    ASSERT_NE(foreign, pushed.commit) << name;
    claim_.pushed_commit = pushed.commit;
    for (const Files& changes : {Files{{"a", "second"}}, Files{}}) {
      const absl::Status status = Attempt(changes).status();
      EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_BRANCH_NOT_OURS") << name << ": " << status;
      EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(foreign), HasSubstr("Ada <ada@example.com>"))) << name;
      EXPECT_EQ(held_, "") << name;
      EXPECT_EQ(Tip(), foreign) << name;
    }
  }
}

TEST_F(GitPublisherTest, LeavesTheCommitOfAnotherTaskAlone) {
  FLEET_ASSERT_OK_AND_ASSIGN(const Result first, Attempt({{"a", "by one name"}}));
  claim_.task_id = kStranger;
  for (const Files& changes : {Files{{"a", "by another name"}}, Files{{"a", "by one name"}}, Files{}}) {
    const absl::Status status = Attempt(changes).status();
    EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_BRANCH_NOT_OURS");
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(first.commit), HasSubstr(kPublisher)));
    EXPECT_EQ(Tip(), first.commit);
  }
}

TEST_F(GitPublisherTest, ReplacesAnythingIfToldTo) {
  FLEET_ASSERT_OK(Attempt({{"a", "first"}}));
  Person({{"commit", "-qm", "fix"}});
  claim_.replace = true;
  FLEET_ASSERT_OK_AND_ASSIGN(const Result replaced, Attempt({{"a", "second"}}));
  EXPECT_EQ(Tip(), replaced.commit);
  EXPECT_EQ(fixture_.Git(bare_, {"diff", "--name-only", "main", kPublished}), "a");
  Person({{"commit", "-qm", "fix"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const Result removed, Attempt({}));
  EXPECT_EQ(removed.commit, "");
  EXPECT_EQ(Tip(), "");
}

TEST_F(GitPublisherTest, RefusesToPushOverWhatCameMeanwhile) {
  for (const Files& changes : {Files{{"a", "late"}}, Files{}}) {
    for (const bool replaces : {false, true}) {
      claim_.replace = replaces;
      FLEET_ASSERT_OK(Attempt({{"a", replaces ? "seen" : "seen first"}}));
      std::string other;
      const absl::Status status = Attempt(changes, [&] {
                                    other = fixture_.Commit(bare_, kPublished, {{"a", "other"}}, "other");
                                  }).status();
      EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_PUSH_RACED") << status;
      EXPECT_EQ(Tip(), other);
      fixture_.Git(bare_, {"update-ref", "-d", std::string("refs/heads/") + kPublished});
    }
  }
}

TEST_F(GitPublisherTest, RefusesToPushOverABranchThatIsNew) {
  std::string other;
  const absl::Status status = Attempt({{"a", "late"}}, [&] {
                                other = fixture_.Commit(bare_, kPublished, {{"a", "other"}}, "other");
                              }).status();
  EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_PUSH_RACED");
  EXPECT_EQ(Tip(), other);
}

TEST_F(GitPublisherTest, TakesBackAnEarlierChange) {
  FLEET_ASSERT_OK(Attempt({{"a", "first"}}));
  FLEET_ASSERT_OK_AND_ASSIGN(const Result second, Attempt({}));
  EXPECT_FALSE(second.publication.changed);
  EXPECT_EQ(second.publication.action, Action::kRemove);
  EXPECT_EQ(second.commit, "");
  EXPECT_EQ(Tip(), "");
  FLEET_ASSERT_OK_AND_ASSIGN(const Result third, Attempt({}));
  EXPECT_EQ(third.publication.action, Action::kNone);
  FLEET_ASSERT_OK_AND_ASSIGN(const Result fourth, Attempt({{"a", "fourth"}}));
  EXPECT_EQ(Tip(), fourth.commit);
}

TEST_F(GitPublisherTest, EmptiesABranchThatTheServerKeeps) {
  fixture_.Git(bare_, {"config", "receive.denyDeletes", "true"});
  FLEET_ASSERT_OK(Attempt({{"a", "first"}}));
  FLEET_ASSERT_OK_AND_ASSIGN(const Result second, Attempt({}));
  EXPECT_EQ(Tip(), second.commit);
  EXPECT_EQ(fixture_.Git(bare_, {"diff", "--name-only", "main", kPublished}), "");
  FLEET_ASSERT_OK_AND_ASSIGN(const Result third, Attempt({}));
  EXPECT_EQ(third.publication.action, Action::kNone);
  EXPECT_EQ(third.commit, second.commit);
  // It is the task's, also when the default branch has moved on.
  fixture_.Commit(bare_, "main", {{"other", "o"}}, "other");
  FLEET_ASSERT_OK_AND_ASSIGN(const Result fourth, Attempt({}));
  EXPECT_EQ(fixture_.Git(bare_, {"diff", "--name-only", "main", kPublished}), "");
  FLEET_ASSERT_OK_AND_ASSIGN(const Result fifth, Attempt({{"a", "fifth"}}));
  EXPECT_EQ(Tip(), fifth.commit);
}

TEST_F(GitPublisherTest, SaysWhatTheBranchKeepsIfNothingHelps) {
  FLEET_ASSERT_OK_AND_ASSIGN(const Result first, Attempt({{"a", "first"}}));
  Hook("pre-receive", "echo frozen until Monday; exit 1");
  const absl::Status status = Attempt({}).status();
  EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_PUSH_REFUSED");
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(first.commit), HasSubstr("frozen until Monday")));
  EXPECT_EQ(Tip(), first.commit);
}

TEST_F(GitPublisherTest, LeavesABranchAtItsBaseAloneIfNothingChanged) {
  fixture_.Git(bare_, {"branch", kPublished, "main"});
  FLEET_ASSERT_OK_AND_ASSIGN(const Result result, Attempt({}));
  EXPECT_EQ(result.publication.action, Action::kNone);
  EXPECT_EQ(result.commit, "");
  EXPECT_EQ(ReasonOf(Attempt({{"a", "c"}}).status()), "FAILURE_REASON_BRANCH_NOT_OURS");
}

TEST_F(GitPublisherTest, LeavesABranchAloneThatAStepSpeaksFor) {
  FLEET_ASSERT_OK_AND_ASSIGN(const Result first, Attempt({{"a", "first"}}));
  claim_.spoken_for = true;
  FLEET_ASSERT_OK_AND_ASSIGN(const Result own, Attempt({}));
  EXPECT_EQ(own.commit, first.commit);
  const std::string foreign = Person({{"commit", "-qm", "fix"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const Result other, Attempt({}));
  EXPECT_EQ(other.commit, "");
  EXPECT_EQ(Tip(), foreign);
}

}  // namespace
}  // namespace fleet::runner
