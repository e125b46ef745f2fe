// Text from whoever submits reaches a step as data, and secrets reach nobody.
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/status_matchers.h"

namespace fleet::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class HostileInputTest : public EndToEndTest {
 protected:
  // Text that a shell, or a careless program, would obey by making a file.
  std::string Hostile() const {
    return absl::StrReplaceAll(
        "-n --upload-pack=touch\\ $m $(touch $m) `touch $m` \"; touch $m; ' && touch $m #\n"
        "| tee $m > $m\n%s%n \\0 \\x41 ${IFS} $HOME ~ * ? [a] {a,b} \xe2\x82\xac\xf0\x9f\x9a\x80 \t ",
        {{"$m", directory() + "/hacked"}});
  }
  bool WasObeyed() const { return std::filesystem::exists(directory() + "/hacked"); }
};

TEST_F(HostileInputTest, TaskTextAndParametersArriveByteForByteAndAreNotObeyed) {
  AddRepositories(1);
  ApplyScript(R"sh(
    printf '%s' "$FLEET_TASK_DESCRIPTION" > description
    printf '%s' "$FLEET_PARAM_TEXT" > parameter
    cp "$FLEET_INPUT" input
  )sh");
  stack().StartRunner("runner-1", {"service-1"});
  const Program::Result submitted =
      Fleetctl({"submit", "--repos-file", WriteInput("repos", "acme/r1\n"), "--workflow", kWorkflow,
                absl::StrCat("--task=", Hostile()), "--param", absl::StrCat("text=", Hostile()), "--watch"});
  ASSERT_EQ(submitted.code, 0) << submitted.out << submitted.err;
  const std::string branch = BranchOf(submitted.out.substr(6, 26));
  EXPECT_EQ(origin().File("acme/r1", branch, "description"), Hostile());
  EXPECT_EQ(origin().File("acme/r1", branch, "parameter"), Hostile());
  const nlohmann::json input = nlohmann::json::parse(origin().File("acme/r1", branch, "input"));
  EXPECT_EQ(input["task_description"], Hostile());
  EXPECT_EQ(input["parameters"]["text"], Hostile());
  EXPECT_FALSE(WasObeyed());
}

TEST_F(HostileInputTest, WhatAStepLeavesInGitIsNotRunByTheRunner) {
  AddRepositories(1);
  ApplyScript(absl::StrReplaceAll(R"sh(
    for hook in pre-commit post-commit pre-push post-checkout post-index-change reference-transaction; do
      printf '#!/bin/sh\ntouch $m\n' > .git/hooks/$hook 2>/dev/null || mkdir -p .git/hooks
      printf '#!/bin/sh\ntouch $m\n' > .git/hooks/$hook
      chmod +x .git/hooks/$hook
    done
    git config core.fsmonitor 'touch $m'
    git config core.sshCommand 'touch $m'
    git config filter.bad.clean 'touch $m; cat'
    git config "url.ext::sh -c touch% $m.insteadOf" file://
    echo '*.bad filter=bad' > .gitattributes
    git config --file "$HOME/.gitconfig" core.fsmonitor 'touch $m'
    echo changed > change
  )sh",
                                  {{"$m", directory() + "/hacked"}}));
  stack().StartRunner("runner-1", {"service-1"});
  const std::string id = Submit({"acme/r1"});
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_COMPLETED);
  ExpectPushed(id, {"acme/r1"});
  EXPECT_EQ(origin().File("acme/r1", BranchOf(id), "change"), "changed\n");
  EXPECT_FALSE(WasObeyed());
}

TEST_F(HostileInputTest, ACloneUrlWithCredentialsIsRefusedAndAppearsInNoLog) {
  ExpectNoWork();
  const std::string csv = "acme/r1,https://ada:hunter2-secret@git.example.com/acme/r1.git,main\n";
  const Program::Result refused = Fleetctl({"repo", "import", WriteInput("repos.csv", csv)});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("credentials"), Not(HasSubstr("hunter2-secret"))));
  v1::ImportRepositoriesRequest request;
  request.add_repositories()->set_repo("acme/r1");
  request.mutable_repositories(0)->set_clone_url("https://hunter2-secret@git.example.com/acme/r1.git");
  const absl::Status status = api().Import(request);
  EXPECT_THAT(status, testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("credentials")));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("hunter2-secret")));
  EXPECT_THAT(Fleetctl({"repo", "list"}).out, Not(HasSubstr("acme/r1")));
  for (const char* name : {"service-1", "service-2", "worker-1"}) {
    EXPECT_THAT(stack().Log(name), Not(HasSubstr("hunter2-secret"))) << name;
  }
}

TEST_F(HostileInputTest, ARunnerClonesOnlyOverTheProtocolsItAllows) {
  AddRepositories(1);
  ApplyScript("touch changed");
  // The default, without file.
  stack().StartRunner("runner-1", {"service-1"}, {"--git_protocols=https,ssh"});
  const std::string id = Submit({"acme/r1"});
  EXPECT_EQ(WaitForEnd(id).state(), v1::FLEET_STATE_FAILED);
  const v1::Task task = Tasks(id).at("acme/r1");
  EXPECT_EQ(task.failure().category(), v1::FAILURE_CATEGORY_CONFIG);
  EXPECT_THAT(task.failure().message(), AllOf(HasSubstr("--git_protocols"), HasSubstr("file")));
  ExpectNothingPushed({"acme/r1"});
}

}  // namespace
}  // namespace fleet::e2e
