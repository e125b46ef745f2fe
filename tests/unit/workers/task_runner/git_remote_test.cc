// Remote repositories that are large, of another object format, or have a branch in the way.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_publisher.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/remote_listing.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kRemoteBranch[] = "fleet/01arz3ndektsv4rrffq69g5fav";
const std::string kId(40, 'a');

class GitRemoteTest : public ::testing::Test {
 protected:
  GitRemoteTest() { settings_.protocols = {"file"}; }

  absl::StatusOr<GitClone> Clone(const std::string& bare, const std::string& default_branch = "") {
    directory_ = fixture_.directory() / absl::StrCat("task-", ++tasks_);
    FLEET_RETURN_IF_ERROR(MakePrivateDirectory(directory_));
    FLEET_ASSIGN_OR_RETURN(const GitCommand git, Git());
    return GitClone::Make(git, {"file://" + bare, default_branch, kRemoteBranch, directory_}, bounds_);
  }
  absl::StatusOr<GitCommand> Git() {
    return GitCommand::Make(subprocess_, settings_, fixture_.directory() / absl::StrCat("git-", ++commands_));
  }
  absl::StatusOr<std::string> Publish(const GitClone& clone) {
    FLEET_ASSIGN_OR_RETURN(GitPublisher publisher, GitPublisher::Make(subprocess_, settings_, clone, bounds_));
    const CommitSpec spec{"Bot", "bot@example.com", WithTaskTrailer("Change it", "T-1"),
                          absl::FromUnixSeconds(1700000000)};
    FLEET_ASSIGN_OR_RETURN(const Publication publication, publisher.Prepare(spec, {"T-1"}));
    return publisher.Publish(publication, spec, {"T-1"});
  }
  // Clones, changes a file and publishes.
  absl::Status Change(const std::string& bare) {
    FLEET_ASSIGN_OR_RETURN(const GitClone clone, Clone(bare));
    WriteFile(clone.tree + "/a", absl::StrCat("changed ", tasks_));
    return Publish(clone).status();
  }
  // Refs "refs/remotes/<50 letters><n>/HEAD", as forges and mirrors keep them.
  void AddManyRefs(const std::string& bare, int count, const std::string& end) {
    std::string packed = "# pack-refs with: peeled fully-peeled sorted \n";
    const std::string id = fixture_.Branch(bare, "main");
    for (int i = 0; i < count; ++i) {
      absl::StrAppend(&packed, id, " refs/remotes/", std::string(50, 'x'), 100000 + i, end, "\n");
    }
    WriteFile(bare + "/packed-refs", packed);
  }
  std::string ReasonOf(const absl::Status& status) { return v1::FailureReason_Name(ToFailure(status).reason()); }

  GitFixture fixture_;
  Subprocess subprocess_{Clock::System()};
  StopToken stop_;
  WorkBounds bounds_{Clock::System(), absl::Minutes(5), stop_};
  GitSettings settings_;
  std::string directory_;
  int tasks_ = 0;
  int commands_ = 0;
};

TEST_F(GitRemoteTest, FindsItsBranchAmongManyRefs) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  const std::string main = fixture_.Branch(bare, "main");
  for (const char* end : {"/HEAD", "/refs/heads/main"}) {
    AddManyRefs(bare, 20000, end);
    for (const char* branch : {"", "main"}) {
      FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone(bare, branch));
      EXPECT_EQ(clone.base_commit, main);
      EXPECT_EQ(fixture_.Git(clone.tree, {"rev-list", "--count", "HEAD"}), "1");
    }
  }
  FLEET_EXPECT_OK(Change(bare));
}

TEST_F(GitRemoteTest, AListThatIsTooLargeIsNotReadInPart) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  AddManyRefs(bare, 100, "/HEAD");
  FLEET_ASSERT_OK_AND_ASSIGN(const GitCommand git, Git());
  ListingRequest request;
  request.clone_url = "file://" + bare;
  request.branch = kRemoteBranch;
  request.directory = fixture_.directory().path();
  FLEET_ASSERT_OK_AND_ASSIGN(const RemoteListing whole, ListRemote(git, request, bounds_));
  EXPECT_EQ(whole.head(), "refs/heads/main");
  request.bounds.total_bytes = 1000;
  const absl::Status too_much = ListRemote(git, request, bounds_).status();
  EXPECT_EQ(ReasonOf(too_much), "FAILURE_REASON_BAD_CONFIG");
  EXPECT_THAT(std::string(too_much.message()), HasSubstr("refs is too large: more than 1000 bytes"));
  request.bounds = {1 << 20, 60};
  EXPECT_EQ(ReasonOf(ListRemote(git, request, bounds_).status()), "FAILURE_REASON_BAD_CONFIG");
}

TEST(RemoteListingTest, KeepsOnlyWhatItLooksFor) {
  RemoteListing listing("fleet/x", "main");
  for (const char* line : {"ref: refs/heads/trunk\tHEAD", "ref: refs/heads/wrong\trefs/remotes/o/HEAD"}) {
    listing.Take(line);
  }
  EXPECT_EQ(listing.head(), "refs/heads/trunk");
  for (const char* name : {"refs/heads/y/refs/heads/main", "refs/remotes/o/HEAD", "refs/heads/fleet/xx",
                           "refs/heads/fleets", "refs/heads/x/fleet", "refs/tags/fleet", "refs/heads/main^{}"}) {
    listing.Take(absl::StrCat(kId, "\t", name));
  }
  EXPECT_EQ(listing.CommitAt("HEAD"), "");
  EXPECT_EQ(listing.CommitAt("refs/heads/main"), "");
  EXPECT_EQ(listing.blocking_branch(), "");
  listing.Take(absl::StrCat(kId, "\tHEAD"));
  listing.Take(absl::StrCat(kId, "\trefs/heads/fleet/x"));
  EXPECT_EQ(listing.CommitAt("HEAD"), kId);
  EXPECT_EQ(listing.CommitAt("refs/heads/fleet/x"), kId);
  EXPECT_EQ(listing.object_format(), "sha1");
}

TEST(RemoteListingTest, OddLinesAreNoRefs) {
  RemoteListing listing("fleet/x", "");
  for (const std::string& line :
       {std::string(), std::string("\tHEAD"), std::string("short\tHEAD"), kId, kId + " HEAD",
        std::string(40, 'g') + "\tHEAD", kId + "a\tHEAD", std::string("ref: refs/heads/main")}) {
    listing.Take(line);
  }
  EXPECT_EQ(listing.CommitAt("HEAD"), "");
  EXPECT_EQ(listing.head(), "");
  EXPECT_EQ(listing.object_format(), "sha1");
}

TEST(RemoteListingTest, SeesWhatIsInTheWayOnEitherSide) {
  for (const char* name : {"a", "a/b", "a/b/c/d", "a/b/c/d/e"}) {
    RemoteListing listing("a/b/c", "");
    listing.Take(absl::StrCat(kId, "\trefs/heads/", name));
    EXPECT_EQ(listing.blocking_branch(), name);
  }
  EXPECT_THAT(RemoteListing("a/b", "main").Patterns(), Contains("refs/heads/a"));
}

TEST_F(GitRemoteTest, Sha256RepositoriesWork) {
  const std::string bare = fixture_.directory() / "sha256.git";
  fixture_.Git(fixture_.directory().path(), {"init", "-q", "--bare", "-b", "main", "--object-format=sha256", bare});
  const std::string seed = fixture_.directory() / "seed";
  fixture_.Git(fixture_.directory().path(), {"init", "-q", "-b", "main", "--object-format=sha256", seed});
  WriteFile(seed + "/a", "b");
  fixture_.Git(seed, {"add", "a"});
  fixture_.Git(seed, {"commit", "-qm", "base"});
  fixture_.Git(seed, {"push", "-q", bare, "main"});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone(bare));
  EXPECT_EQ(clone.base_commit, fixture_.Branch(bare, "main"));
  EXPECT_EQ(clone.base_commit.size(), 64u);
  // A step can use its repository.
  EXPECT_EQ(fixture_.Git(clone.tree, {"status", "--porcelain"}), "");
  WriteFile(clone.tree + "/a", "c");
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
  EXPECT_EQ(commit, fixture_.Branch(bare, kRemoteBranch));
  // Replaced by the next attempt; what moved meanwhile is not.
  FLEET_EXPECT_OK(Change(bare));
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone late, Clone(bare));
  fixture_.Git(bare, {"update-ref", absl::StrCat("refs/heads/", kRemoteBranch), clone.base_commit});
  WriteFile(late.tree + "/a", "late");
  EXPECT_EQ(ReasonOf(Publish(late).status()), "FAILURE_REASON_PUSH_RACED");
  EXPECT_EQ(fixture_.Branch(bare, kRemoteBranch), clone.base_commit);
}

TEST_F(GitRemoteTest, AnEmptySha256RepositoryHasNoBranch) {
  const std::string bare = fixture_.directory() / "sha256.git";
  fixture_.Git(fixture_.directory().path(), {"init", "-q", "--bare", "--object-format=sha256", bare});
  EXPECT_EQ(ReasonOf(Clone(bare).status()), "FAILURE_REASON_BRANCH_NOT_FOUND");
}

TEST_F(GitRemoteTest, ABranchInTheWayIsNoRace) {
  for (const std::string& blocking :
       {std::string("fleet"), absl::StrCat(kRemoteBranch, "/x"), absl::StrCat(kRemoteBranch, "/x/y")}) {
    const std::string bare = fixture_.MakeRepository(absl::StrCat("r", ++tasks_), {{"a", "b"}});
    fixture_.Git(bare, {"branch", blocking, "main"});
    const absl::Status status = Change(bare);
    EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_BRANCH_NAME_BLOCKED") << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("a branch \"", blocking, "\"")));
    // Nobody minds it if there is nothing to push.
    FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone(bare));
    FLEET_ASSERT_OK_AND_ASSIGN(const std::string commit, Publish(clone));
    EXPECT_EQ(commit, "");
  }
}

TEST_F(GitRemoteTest, ABranchThatComesIntoTheWayMeanwhileIsNoRaceEither) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone(bare));
  WriteFile(clone.tree + "/a", "c");
  fixture_.Git(bare, {"branch", "fleet", "main"});
  EXPECT_EQ(ReasonOf(Publish(clone).status()), "FAILURE_REASON_BRANCH_NAME_BLOCKED");
  // Gone when the task is tried again.
  fixture_.Git(bare, {"branch", "-D", "fleet"});
  FLEET_EXPECT_OK(Change(bare));
}

TEST_F(GitRemoteTest, WhereTheServerHidesItTheServersWordsCount) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  fixture_.Git(bare, {"branch", "fleet", "main"});
  fixture_.Git(bare, {"config", "uploadpack.hideRefs", "refs/heads/fleet"});
  const absl::Status status = Change(bare);
  EXPECT_EQ(ReasonOf(status), "FAILURE_REASON_BRANCH_NAME_BLOCKED") << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("'refs/heads/fleet' exists"));
}

TEST_F(GitRemoteTest, NothingThatAStepPlantedIsAskedForTheBranchInTheWay) {
  const std::string bare = fixture_.MakeRepository("r", {{"a", "b"}});
  const std::string other = fixture_.MakeRepository("other", {{"a", "b"}});
  fixture_.Git(bare, {"branch", "fleet", "main"});
  FLEET_ASSERT_OK_AND_ASSIGN(const GitClone clone, Clone(bare));
  WriteFile(clone.tree + "/a", "c");
  // Around whatever the publisher makes for itself.
  fixture_.Git(directory_, {"init", "-q"});
  fixture_.Git(directory_, {"config", absl::StrCat("url.file://", other, ".insteadOf"), "file://" + bare});
  EXPECT_EQ(ReasonOf(Publish(clone).status()), "FAILURE_REASON_BRANCH_NAME_BLOCKED");
}

}  // namespace
}  // namespace fleet::runner
