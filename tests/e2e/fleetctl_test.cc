// The command line as people and scripts use it.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/end_to_end_test.h"
#include "tests/e2e/watch_output.h"
#include "tests/support/free_port.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::WaitUntil;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kChangeWorkflow[] = R"yaml(workflow: e2e/change-v1
version: 1.0.0
title: Change it
steps:
  - name: change
    command: [touch, changed]
)yaml";

class FleetctlTest : public EndToEndTest {
 protected:
  std::string ReposFile(const std::vector<std::string>& repos) {
    std::string lines;
    for (const std::string& repo : repos) absl::StrAppend(&lines, repo, "\n");
    return WriteInput("repos.txt", lines);
  }
  // Runs a command with -o json; it must succeed with one JSON object alone on its standard output.
  nlohmann::json Json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Program::Result result = Fleetctl(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    const nlohmann::json json = nlohmann::json::parse(result.out, nullptr, false);
    EXPECT_TRUE(json.is_object()) << arguments[0] << ": " << result.out;
    return json;
  }
};

TEST_F(FleetctlTest, FromImportToLogsInJson) {
  for (const char* repo : {"acme/r1", "acme/r2"}) origin().Make(repo, {{"README", "hello\n"}});
  const std::string csv = absl::StrCat("repo,clone_url,default_branch\nacme/r1,", origin().Url("acme/r1"),
                                       ",main\nacme/r2,", origin().Url("acme/r2"), ",\n");
  EXPECT_EQ(Json({"repo", "import", WriteInput("repos.csv", csv)})["created_count"], 2);
  EXPECT_EQ(Json({"repo", "list"})["repositories"].size(), 2u);
  EXPECT_EQ(Json({"workflow", "apply", WriteInput("workflow.yaml", kChangeWorkflow)})["created"], true);
  EXPECT_EQ(Json({"workflow", "list"})["workflows"].size(), 1u);
  EXPECT_EQ(Json({"workflow", "get", kWorkflow})["workflow"]["version"], "1.0.0");

  const std::vector<std::string> submit = {
      "submit", "--repos-file", ReposFile({"acme/r1", "acme/r2"}), "--workflow", kWorkflow, "--request-id", "once"};
  const std::string id = Json(submit)["fleet"]["fleet_id"];
  const nlohmann::json again = Json(submit);
  EXPECT_EQ(again["replayed"], true);
  EXPECT_EQ(again["fleet"]["fleet_id"], id);
  // Nobody works yet, and it says so.
  EXPECT_THAT(Fleetctl({"status", id}).out, HasSubstr("no runner"));
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  WaitForEnd(id);

  EXPECT_EQ(Json({"status", id})["fleet"]["state"], "FLEET_STATE_COMPLETED");
  EXPECT_EQ(Json({"list"})["fleets"].size(), 1u);
  EXPECT_EQ(Json({"tasks", id, "--state", "completed"})["tasks"].size(), 2u);
  EXPECT_EQ(Json({"tasks", id, "--state", "failed"})["tasks"].size(), 0u);
  EXPECT_EQ(Json({"logs", id, "acme/r2"})["task"]["outcome"], "TASK_OUTCOME_BRANCH_PUSHED");
  const Program::Result watched = Fleetctl({"watch", id, "-o", "json"});
  EXPECT_EQ(watched.code, 0);
  EXPECT_EQ(WatchOutput(watched.out).LastState(), "FLEET_STATE_COMPLETED");
}

TEST_F(FleetctlTest, AnErrorIsJsonOnStderrAndNothingOnStdout) {
  ExpectNoWork();
  AddRepositories(1);
  ApplyScript("true");
  const Program::Result refused = Fleetctl(
      {"submit", "--repos-file", ReposFile({"acme/r1", "acme/nowhere"}), "--workflow", kWorkflow, "-o", "json"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.out, IsEmpty());
  const nlohmann::json error = nlohmann::json::parse(refused.err, nullptr, false);
  ASSERT_TRUE(error.is_object()) << refused.err;
  EXPECT_EQ(error["error"]["reason"], "REPO_NOT_ONBOARDED");
  EXPECT_THAT(error["error"]["violations"].dump(), HasSubstr("acme/nowhere"));
  // Nothing was half-stored.
  EXPECT_EQ(Json({"list"})["fleets"].size(), 0u);
}

TEST_F(FleetctlTest, InterruptingAWatchDoesNotStopTheFleet) {
  const std::vector<std::string> repos = AddRepositories(2);
  ApplyScript(gate().Script("echo changed > change"));
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const auto watch = StartFleetctl({"submit", "--repos-file", ReposFile(repos), "--workflow", kWorkflow, "--watch"});
  ASSERT_TRUE(WaitUntil([&] { return gate().CountBegun() == 2 && watch->Out().find('\n') != std::string::npos; }));
  watch->Signal(SIGINT);
  const Program::Result interrupted = watch->Wait();
  EXPECT_EQ(interrupted.code, 130);
  EXPECT_THAT(interrupted.err, AllOf(HasSubstr("the fleet goes on"), HasSubstr(" watch ")));
  ASSERT_THAT(interrupted.out, StartsWith("Fleet "));
  const std::string id = interrupted.out.substr(6, 26);
  gate().Open();
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);
}

TEST_F(FleetctlTest, ALogIsFollowedWhileTheRepositoryIsWorkedOnThroughTheLossOfAService) {
  const std::vector<std::string> repos = AddRepositories(1);
  ApplyScript(absl::StrCat("echo before\n", gate().Script("echo after; echo changed > change")));
  // The runner's service is not the follower's.
  stack().StartRunner("runner-1", {"service-1"});
  const std::string id = Submit(repos);
  const auto follow = StartFleetctl({"logs", id, "acme/r1", "--follow"}, {"service-2", "service-1"});
  ASSERT_TRUE(WaitUntil([&] { return follow->Out().find("before\n") != std::string::npos; })) << follow->Err();
  EXPECT_THAT(follow->Out(), StartsWith("==> "));
  stack().process("service-2").Kill();
  ASSERT_TRUE(WaitUntil([&] { return follow->Err().find("following again") != std::string::npos; })) << follow->Err();
  gate().Open();
  const Program::Result followed = follow->Wait();
  EXPECT_EQ(followed.code, 0) << followed.err;
  EXPECT_THAT(followed.out, HasSubstr("before\nafter\nacme/r1: COMPLETED"));
  stack().StartService("service-2");
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
}

TEST_F(FleetctlTest, AScriptForAnotherShellIsRefusedUntilItsInterpreterIsGiven) {
  const std::vector<std::string> repos = AddRepositories(1);
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  const std::string head = "workflow: e2e/change-v1\nversion: 1.0.0\ntitle: Change it\nsteps:\n  - name: change\n";
  const std::string script = "    script: |\n      #!/bin/bash\n      if [[ -f README ]]; then echo y > changed; fi\n";
  const Program::Result refused = Fleetctl({"workflow", "apply", WriteInput("workflow.yaml", head + script)});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("workflow.yaml:7:7: "), HasSubstr("write interpreter: [/bin/bash]")));

  const std::string mended = head + "    interpreter: [/bin/bash]\n" + script;
  EXPECT_EQ(Fleetctl({"workflow", "apply", WriteInput("workflow.yaml", mended)}).code, 0);
  const std::string id =
      Json({"submit", "--repos-file", ReposFile(repos), "--workflow", kWorkflow})["fleet"]["fleet_id"];
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, repos);
}

// Needs none of the programs but itself.
TEST(FleetctlAloneTest, AnUnreachableServerIsNamedWithTheNextStep) {
  const runner::TestDirectory directory;
  const std::string address = absl::StrCat("127.0.0.1:", testing::FreePort());
  const Program::Result result = RunProgram(
      directory.path(), {testing::FleetProgram::Binary("fleetctl"), "list", "--server", address, "--timeout", "300ms"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr(address), HasSubstr("deploy/stack up"), HasSubstr("--server")));
}

TEST(FleetctlAloneTest, WrongUsageIsExitCodeTwo) {
  const runner::TestDirectory directory;
  const Program::Result result =
      RunProgram(directory.path(), {testing::FleetProgram::Binary("fleetctl"), "submit", "--workflow", "a/b-v1"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("--repos-file"));
}

}  // namespace
}  // namespace fleet::e2e
