// One intent in many repositories: what comes of each, in the fleet, in the repositories and for people.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/status_matchers.h"

namespace fleet::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kLicenseWorkflow[] = R"yaml(workflow: e2e/license-v1
version: 1.2.0
title: Add the licence
steps:
  - name: refuse
    script: |
      echo "looking at $FLEET_REPO"
      if [ -e OPTOUT ]; then
        echo '{"failure_category": "blocked", "failure_message": "this repository opted out", "cost_usd": 0.5}' \
          > "$FLEET_OUTPUT"
        exit 1
      fi
  - name: write
    script: |
      printf 'Copyright %s\n' "$FLEET_PARAM_OWNER" > LICENSE
      printf '{"summary": "read %s bytes", "cost_usd": 0.25}' "$(wc -c < README)" > "$FLEET_OUTPUT"
commit:
  author_name: Legal
  author_email: legal@example.com
  message: |
    Add the licence

    Asked for by the legal department.
)yaml";

class FanOutTest : public EndToEndTest {
 protected:
  // Ten repositories to change, one that has the change, one that refuses it.
  std::vector<std::string> AddADozen() {
    std::vector<std::string> repos = AddRepositories(10);
    origin().Make("acme/same", {{"README", "same\n"}, {"LICENSE", "Copyright Example Corp\n"}});
    origin().Make("acme/refuses", {{"README", "no\n"}, {"OPTOUT", ""}});
    for (const char* repo : {"acme/same", "acme/refuses"}) {
      Register(repo);
      repos.push_back(repo);
    }
    return repos;
  }
  Program::Result SubmitAndWatch(const std::vector<std::string>& repos) {
    EXPECT_EQ(Fleetctl({"workflow", "apply", WriteInput("workflow.yaml", kLicenseWorkflow)}).code, 0);
    std::string lines = "# the dozen\n";
    for (const std::string& repo : repos) absl::StrAppend(&lines, repo, "\n");
    return Fleetctl({"submit", "--repos-file", WriteInput("repos.txt", lines), "--workflow", "e2e/license-v1", "--task",
                     "Add it", "--param", "owner=Example Corp", "--watch"});
  }
  // From "Fleet <id> accepted".
  static std::string FleetIdOf(const Program::Result& submitted) {
    const std::vector<std::string> words = absl::StrSplit(submitted.out.substr(0, submitted.out.find('\n')), ' ');
    return words.size() > 1 ? words[1] : "";
  }
};

TEST_F(FanOutTest, ADozenRepositoriesOneUnchangedOneRefusing) {
  const std::vector<std::string> repos = AddADozen();
  const std::vector<std::string> changed(repos.begin(), repos.begin() + 10);
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  stack().StartRunner("runner-2", {"service-1", "service-2"});
  const Program::Result submitted = SubmitAndWatch(repos);
  EXPECT_EQ(submitted.code, 5) << submitted.out << submitted.err;
  const std::string id = FleetIdOf(submitted);
  const std::string branch = BranchOf(id);

  const auto fleet = api().Get(id);
  FLEET_ASSERT_OK(fleet);
  EXPECT_EQ(fleet->state(), v1::FLEET_STATE_PARTIAL_FAILURE);
  EXPECT_EQ(fleet->resolved_workflow(), "e2e/license-v1@1.2.0");
  const v1::Rollup& rollup = fleet->rollup();
  EXPECT_EQ(rollup.total(), 12);
  EXPECT_EQ(rollup.expanded(), 12);
  EXPECT_EQ(rollup.states().completed(), 11);
  EXPECT_EQ(rollup.states().failed(), 1);
  EXPECT_EQ(rollup.outcomes().branch_pushed(), 10);
  EXPECT_EQ(rollup.outcomes().no_changes(), 1);
  ASSERT_EQ(rollup.failure_categories_size(), 1);
  EXPECT_EQ(rollup.failure_categories(0).category(), v1::FAILURE_CATEGORY_BLOCKED);
  EXPECT_THAT(rollup.cost_usd(), DoubleNear(11 * 0.25 + 0.5, 1e-9));
  EXPECT_EQ(rollup.known_cost_count(), 12);

  ExpectPushed(id, changed);
  for (const std::string& repo : changed) {
    EXPECT_EQ(origin().File(repo, branch, "LICENSE"), "Copyright Example Corp\n");
    EXPECT_EQ(origin().File(repo, branch, "README"), origin().File(repo, "main", "README"));
    EXPECT_EQ(origin().Commit(repo, branch, "%an <%ae> %cn"), "Legal <legal@example.com> Legal");
    EXPECT_EQ(origin().Commit(repo, branch, "%B"),
              absl::StrCat("Add the licence\n\nAsked for by the legal department.\n\nFleet-Task: ",
                           Tasks(id).at(repo).task_id(), "\n"));
  }
  ExpectNothingPushed({"acme/same", "acme/refuses"});

  const v1::Task refused = Tasks(id).at("acme/refuses");
  EXPECT_EQ(refused.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(refused.attempt(), 1);
  EXPECT_THAT(refused.failure().message(), HasSubstr("this repository opted out"));
  EXPECT_EQ(Tasks(id).at("acme/same").outcome(), v1::TASK_OUTCOME_NO_CHANGES);

  // For people: the end of a watch says what failed, and the log can be read.
  EXPECT_THAT(submitted.out, AllOf(HasSubstr("acme/refuses"), HasSubstr("this repository opted out")));
  const Program::Result log = Fleetctl({"logs", id, "acme/refuses"});
  EXPECT_EQ(log.code, 0);
  EXPECT_THAT(log.out,
              AllOf(StartsWith("==> refuse\nlooking at acme/refuses\n"), HasSubstr("this repository opted out")));
  EXPECT_THAT(Fleetctl({"logs", id, "ACME/R1"}).out, HasSubstr("read 17 bytes"));
  EXPECT_THAT(Fleetctl({"tasks", id, "--state", "failed"}).out, ContainsRegex("acme/refuses\tFAILED"));
}

TEST_F(FanOutTest, EveryRepositoryCompletesExitCodeZero) {
  const std::vector<std::string> repos = AddRepositories(3);
  stack().StartRunner("runner-1", {"service-1"});
  const Program::Result submitted = SubmitAndWatch(repos);
  EXPECT_EQ(submitted.code, 0) << submitted.out << submitted.err;
  ExpectPushed(FleetIdOf(submitted), repos);
}

TEST_F(FanOutTest, ARetriedFailureSucceedsAndAPermanentOneIsTriedAsOftenAsAllowed) {
  const std::vector<std::string> repos = AddRepositories(2);
  stack().StartRunner("runner-1", {"service-1"});
  ApplyScript("echo $FLEET_ATTEMPT > change; case $FLEET_REPO.$FLEET_ATTEMPT in acme/r1.1|acme/r2.*) exit 75;; esac");
  v1::CreateFleetRequest request;
  request.set_workflow_ref(kWorkflow);
  request.mutable_policy()->set_max_tries(2);
  for (const std::string& repo : repos) request.add_targets()->set_repo(repo);
  const auto fleet = Create(request);
  FLEET_ASSERT_OK(fleet);
  const v1::Fleet ended = WaitForEnd(fleet->fleet_id());
  EXPECT_EQ(ended.state(), v1::FLEET_STATE_PARTIAL_FAILURE);
  ExpectPushed(ended.fleet_id(), {"acme/r1"});
  EXPECT_EQ(origin().File("acme/r1", BranchOf(ended.fleet_id()), "change"), "2\n");
  ExpectNothingPushed({"acme/r2"});
  const v1::Task failed = Tasks(ended.fleet_id()).at("acme/r2");
  EXPECT_EQ(failed.state(), v1::TASK_STATE_FAILED);
  EXPECT_EQ(failed.tries(), 2);
  EXPECT_EQ(failed.failure().category(), v1::FAILURE_CATEGORY_COMPUTE);
}

TEST_F(FanOutTest, ATaskThatRunsTooLongIsTimedOutAndKilled) {
  AddRepositories(1);
  stack().StartRunner("runner-1", {"service-1"});
  ApplyScript(gate().Script("true"));
  v1::CreateFleetRequest request;
  request.set_workflow_ref(kWorkflow);
  request.mutable_policy()->mutable_task_timeout()->set_seconds(2);
  request.add_targets()->set_repo("acme/r1");
  const auto fleet = Create(request);
  FLEET_ASSERT_OK(fleet);
  const v1::Fleet ended = WaitForEnd(fleet->fleet_id());
  EXPECT_EQ(ended.state(), v1::FLEET_STATE_FAILED);
  EXPECT_EQ(ended.rollup().states().timed_out(), 1);
  EXPECT_TRUE(gate().HasBegun("acme/r1", 1));
  EXPECT_FALSE(gate().IsAlive("acme/r1", 1));
  ExpectNothingPushed({"acme/r1"});
}

}  // namespace
}  // namespace fleet::e2e
