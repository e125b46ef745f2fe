// Whose a fleet's branch is: what becomes of people's commits, of another task's, and of what an earlier generation
// left.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::WaitUntil;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// Writes the parameter V into the file V; "none": changes nothing, "fail": fails.
constexpr char kScript[] = R"(case "$FLEET_PARAM_V" in
  fail) exit 1 ;;
  none) ;;
  *) echo "$FLEET_PARAM_V" > V ;;
esac)";

class BranchOwnershipTest : public EndToEndTest {
 protected:
  std::string SubmitWith(const std::string& value, const std::vector<std::string>& repos) {
    v1::CreateFleetRequest request;
    request.set_workflow_ref(kWorkflow);
    (*request.mutable_parameters())["V"] = value;
    for (const std::string& repo : repos) request.add_targets()->set_repo(repo);
    const auto fleet = Create(request);
    FLEET_EXPECT_OK(fleet);
    return fleet.ok() ? fleet->fleet_id() : "";
  }
  // One repository whose branch has the commit of a fleet's first generation. Returns the fleet's id.
  std::string PushOnce() {
    AddRepositories(1);
    ApplyScript(kScript);
    stack().StartRunner("runner-1", {"service-1", "service-2"});
    std::string id = SubmitWith("one", {"acme/r1"});
    WaitForEnd(id);
    ExpectPushed(id, {"acme/r1"});
    return id;
  }
  // The child once its next generation has ended.
  v1::Task Retry(const std::string& id, const std::string& value, const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {"retry",   id,       "--state", "completed",
                                          "--state", "failed", "--param", "V=" + value};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Program::Result retried = Fleetctl(arguments);
    EXPECT_EQ(retried.code, 0) << retried.err;
    WaitFor(id, [](const v1::Fleet& fleet) { return HasEnded(fleet) && !fleet.retrying(); });
    return Tasks(id).at("acme/r1");
  }
  // What somebody does in a clone of their own, on the fleet's branch. Returns the branch's commit.
  std::string Person(const std::string& id, const std::string& commands) {
    const std::string script = absl::StrCat(
        "set -e; cd '", directory(), "'; rm -rf person; git clone -q '", origin().Path("acme/r1"),
        "' person; cd person; ", "git config user.name Ada; git config user.email ada@example.com; git checkout -q ",
        BranchOf(id), "\n", commands, "\ngit push -q -f origin HEAD:", BranchOf(id));
    const Program::Result result = RunProgram(directory(), {"sh", "-c", script});
    EXPECT_EQ(result.code, 0) << result.err;
    return Tip(id);
  }
  std::string Tip(const std::string& id) {
    const auto branches = origin().PushedBranches("acme/r1");
    const auto branch = branches.find(BranchOf(id));
    return branch == branches.end() ? "" : branch->second;
  }
  // Expects the failure that leaves the branch at `commit`.
  void ExpectNotOurs(const v1::Task& task, const std::string& commit) {
    EXPECT_EQ(task.state(), v1::TASK_STATE_FAILED);
    EXPECT_EQ(task.failure().category(), v1::FAILURE_CATEGORY_GUARDRAIL);
    EXPECT_EQ(task.failure().reason(), v1::FAILURE_REASON_BRANCH_NOT_OURS);
    EXPECT_THAT(task.failure().message(), HasSubstr(commit));
    EXPECT_EQ(task.tries(), 1);
    EXPECT_THAT(origin().PushedBranches("acme/r1"), ElementsAre(Pair(task.branch(), commit)));
  }
  void SetConfig(const std::string& key, const std::string& value) {
    const auto result = RunProgram(directory(), {"git", "-C", origin().Path("acme/r1"), "config", key, value});
    EXPECT_EQ(result.code, 0) << result.err;
  }
  std::string Submit(const std::vector<std::string>& repos, int max_concurrency) {
    v1::CreateFleetRequest request;
    request.set_workflow_ref(kWorkflow);
    request.mutable_policy()->set_max_concurrency(max_concurrency);
    for (const std::string& repo : repos) request.add_targets()->set_repo(repo);
    const auto fleet = Create(request);
    FLEET_EXPECT_OK(fleet);
    return fleet.ok() ? fleet->fleet_id() : "";
  }
  // Expects that of acme/r1 and acme/alias one has the branch, and the other says so. Returns the one.
  std::string ExpectOneOwner(const std::string& id) {
    const auto tasks = Tasks(id);
    const bool r1_won = tasks.at("acme/r1").state() == v1::TASK_STATE_COMPLETED;
    const v1::Task& winner = tasks.at(r1_won ? "acme/r1" : "acme/alias");
    const v1::Task& loser = tasks.at(r1_won ? "acme/alias" : "acme/r1");
    EXPECT_EQ(winner.outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
    EXPECT_EQ(Tip(id), winner.commit());
    EXPECT_EQ(origin().File("acme/r1", BranchOf(id), "OWNER"), winner.repo() + "\n");
    EXPECT_EQ(loser.failure().reason(), v1::FAILURE_REASON_BRANCH_NOT_OURS) << loser.DebugString();
    EXPECT_THAT(loser.failure().message(), AllOf(HasSubstr(winner.commit()), HasSubstr(winner.task_id())));
    EXPECT_EQ(loser.commit() + loser.branch(), "");
    return winner.repo();
  }
  // A second name of acme/r1, by another URL, as a forge that redirects has it.
  void AddAlias() {
    std::filesystem::create_symlink(origin().Path("acme/r1"), origin().Path("acme/alias"));
    Register("acme/alias");
  }
};

TEST_F(BranchOwnershipTest, APersonsCommitStaysUntilToldOtherwise) {
  const std::string id = PushOnce();
  const std::string pushed = Tip(id);
  const std::vector<std::string> deeds = {
      "echo fix > HUMAN; git add -A; git commit -qm 'Fix by hand'",
      "echo amended > V; git commit -qa --amend --no-edit",
      "git commit -q --amend -m 'Better words'",
      "git commit -q --allow-empty -m 'Run the checks again'",
      "git reset -q --hard origin/main; git commit -q --allow-empty -m 'Start over'",
      "git checkout -q -b side origin/main; echo s > S; git add S; git commit -qm side; git merge -q --no-edit -",
  };
  for (const std::string& deed : deeds) {
    const std::string foreign = Person(id, deed);
    ASSERT_NE(foreign, pushed);
    const v1::Task task = Retry(id, "two");
    ExpectNotOurs(task, foreign);
    EXPECT_THAT(task.failure().message(), HasSubstr("Ada <ada@example.com>"));
    EXPECT_THAT(Fleetctl({"logs", id, "acme/r1"}).out, HasSubstr(foreign));  // for people
    ExpectNotOurs(Retry(id, "none"), foreign);
  }
  const v1::Task task = Retry(id, "two", {"--replace-branch"});
  EXPECT_EQ(task.outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  EXPECT_EQ(Tip(id), task.commit());
  EXPECT_EQ(origin().Commit("acme/r1", BranchOf(id), "%P"), origin().Commit("acme/r1", "main", "%H"));
  // The flag was for that generation.
  const std::string foreign = Person(id, deeds[0]);
  ExpectNotOurs(Retry(id, "three"), foreign);
}

TEST_F(BranchOwnershipTest, ALaterGenerationReplacesItsOwnCommit) {
  const std::string id = PushOnce();
  for (const char* value : {"two", "three"}) {
    const v1::Task task = Retry(id, value);
    EXPECT_EQ(task.outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
    ExpectPushed(id, {"acme/r1"});
    EXPECT_EQ(origin().File("acme/r1", BranchOf(id), "V"), absl::StrCat(value, "\n"));
  }
}

TEST_F(BranchOwnershipTest, AGenerationOfAnotherAuthorReplacesTheRecordedCommit) {
  const std::string id = PushOnce();
  v1::Workflow other;
  other.set_workflow_ref("e2e/other-v1");
  other.set_version("1.0.0");
  other.set_title("Change it otherwise");
  other.add_steps()->set_name("change");
  other.mutable_steps(0)->set_script(kScript);
  other.mutable_commit()->set_author_name("Release Bot");
  FLEET_ASSERT_OK(api().Apply(other));
  const v1::Task task = Retry(id, "two", {"--workflow", "e2e/other-v1"});
  EXPECT_EQ(task.outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED) << task.DebugString();
  EXPECT_EQ(origin().Commit("acme/r1", BranchOf(id), "%an"), "Release Bot");
  ExpectPushed(id, {"acme/r1"});
}

TEST_F(BranchOwnershipTest, AnAttemptWhoseRunnerDiedAfterItsPushIsReplaced) {
  const std::string hook = origin().Path("acme/r1") + "/hooks/post-receive";
  AddRepositories(1);
  runner::WriteFile(hook, absl::StrCat("#!/bin/sh\nwhile [ ! -e '", directory(), "/go' ]; do sleep 0.05; done\n"));
  std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
  ApplyScript("echo $FLEET_ATTEMPT > V");
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string id = SubmitWith("", {"acme/r1"});
  ASSERT_TRUE(WaitUntil([&] { return !Tip(id).empty(); }));
  const std::string first = Tip(id);
  stack().process("runner-1").Kill();
  WriteInput("go", "");
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  WaitForEnd(id);
  ExpectPushed(id, {"acme/r1"});
  EXPECT_NE(Tip(id), first);
  EXPECT_EQ(origin().File("acme/r1", BranchOf(id), "V"), "2\n");
}

TEST_F(BranchOwnershipTest, ANamedBranchIsWhoseCommitItHolds) {
  AddRepositories(1);
  ApplyScript(kScript);
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const auto run = [this](const std::string& value, const std::string& branch, bool replace) {
    v1::CreateFleetRequest request;
    request.set_workflow_ref(kWorkflow);
    request.set_branch(branch);
    request.set_replace_branch(replace);
    (*request.mutable_parameters())["V"] = value;
    request.add_targets()->set_repo("acme/r1");
    const auto fleet = Create(request);
    FLEET_EXPECT_OK(fleet);
    if (!fleet.ok()) return v1::Task();
    WaitForEnd(fleet->fleet_id());
    return Tasks(fleet->fleet_id()).at("acme/r1");
  };
  const v1::Task first = run("one", "deps/zlib", false);
  EXPECT_EQ(first.branch(), "deps/zlib");
  EXPECT_THAT(origin().PushedBranches("acme/r1"), ElementsAre(Pair("deps/zlib", first.commit())));
  const v1::Task second = run("two", "deps/zlib", false);
  EXPECT_EQ(second.failure().reason(), v1::FAILURE_REASON_BRANCH_NOT_OURS) << second.DebugString();
  EXPECT_THAT(second.failure().message(), AllOf(HasSubstr(first.commit()), HasSubstr(first.task_id())));
  EXPECT_THAT(origin().PushedBranches("acme/r1"), ElementsAre(Pair("deps/zlib", first.commit())));
  const v1::Task third = run("three", "deps/zlib", true);
  EXPECT_THAT(origin().PushedBranches("acme/r1"), ElementsAre(Pair("deps/zlib", third.commit())));
  const std::string base = origin().Commit("acme/r1", "main", "%H");
  for (const bool replace : {false, true}) {
    const v1::Task on_base = run("four", "main", replace);
    EXPECT_EQ(on_base.failure().reason(), v1::FAILURE_REASON_BRANCH_IS_BASE) << on_base.DebugString();
    EXPECT_EQ(origin().Commit("acme/r1", "main", "%H"), base);
  }
}

TEST_F(BranchOwnershipTest, TwoNamesOfOneRepositoryAreRefused) {
  ExpectNoWork();
  AddRepositories(1);
  ApplyScript(kScript);
  v1::ImportRepositoriesRequest import;
  import.add_repositories()->set_repo("acme/alias");
  import.mutable_repositories(0)->set_clone_url("file://" + origin().Path("acme/./r1") + "/");
  FLEET_ASSERT_OK(api().Import(import));
  const Program::Result refused =
      Fleetctl({"submit", "--repos-file", WriteInput("repos.txt", "acme/r1\nacme/alias\n"), "--workflow", kWorkflow});
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("acme/r1"), HasSubstr("acme/alias"), HasSubstr("one repository")));
}

TEST_F(BranchOwnershipTest, OfTwoNamesThatMeetTheFirstStands) {
  AddRepositories(1);
  AddAlias();
  ApplyScript("echo $FLEET_REPO > OWNER");
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"acme/r1", "acme/alias"}, std::vector<std::string>{"acme/alias", "acme/r1"}}) {
    const std::string id = Submit(names, 1);
    WaitForEnd(id);
    EXPECT_EQ(ExpectOneOwner(id), names[0]);
  }
}

TEST_F(BranchOwnershipTest, OfTwoNamesThatMeetAtOnceNeitherReplacesTheOther) {
  AddRepositories(1);
  AddAlias();
  ApplyScript(gate().Script("echo $FLEET_REPO > OWNER"));
  stack().StartRunner("runner-1", {"service-1", "service-2"}, {"--slots=2"});
  const std::string id = Submit({"acme/r1", "acme/alias"}, 2);
  ASSERT_TRUE(WaitUntil([this] { return gate().CountBegun() == 2; }));
  gate().Open();
  WaitForEnd(id);
  ExpectOneOwner(id);
}

TEST_F(BranchOwnershipTest, NoChangesTakesAnEarlierOnesBack) {
  const std::string id = PushOnce();
  const v1::Task task = Retry(id, "none");
  EXPECT_EQ(task.outcome(), v1::TASK_OUTCOME_NO_CHANGES);
  EXPECT_EQ(task.commit() + task.branch(), "");
  EXPECT_THAT(origin().PushedBranches("acme/r1"), IsEmpty());
  EXPECT_EQ(Retry(id, "three").outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  ExpectPushed(id, {"acme/r1"});
}

TEST_F(BranchOwnershipTest, ABranchThatCannotBeDeletedIsEmptied) {
  const std::string id = PushOnce();
  SetConfig("receive.denyDeletes", "true");
  const v1::Task task = Retry(id, "none");
  EXPECT_EQ(task.outcome(), v1::TASK_OUTCOME_NO_CHANGES) << task.DebugString();
  EXPECT_EQ(task.commit(), Tip(id));
  EXPECT_EQ(origin().Commit("acme/r1", BranchOf(id), "%T"), origin().Commit("acme/r1", "main", "%T"));
  EXPECT_EQ(Retry(id, "three").outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED);
  ExpectPushed(id, {"acme/r1"});
}

TEST_F(BranchOwnershipTest, WhatAnEarlierOneLeftIsSaidWhereItStays) {
  const std::string id = PushOnce();
  const std::string pushed = Tip(id);
  const v1::Task failed = Retry(id, "fail");
  EXPECT_EQ(failed.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(failed.commit(), pushed);
  EXPECT_EQ(failed.branch(), BranchOf(id));
  EXPECT_EQ(Tip(id), pushed);
  EXPECT_THAT(Fleetctl({"tasks", id, "-o", "json"}).out, HasSubstr(pushed));
  EXPECT_THAT(Fleetctl({"logs", id, "acme/r1"}).out, HasSubstr(pushed.substr(0, 12) + " from before"));

  v1::Workflow reports;
  reports.set_workflow_ref("e2e/report-v1");
  reports.set_version("1.0.0");
  reports.set_title("Report");
  reports.set_report_only(true);
  reports.add_steps()->set_name("report");
  reports.mutable_steps(0)->set_script("true");
  FLEET_ASSERT_OK(api().Apply(reports));
  const v1::Task reported = Retry(id, "any", {"--workflow", "e2e/report-v1"});
  EXPECT_EQ(reported.outcome(), v1::TASK_OUTCOME_REPORT_ONLY);
  EXPECT_EQ(reported.commit(), pushed);
  EXPECT_EQ(Tip(id), pushed);
}

}  // namespace
}  // namespace fleet::e2e
