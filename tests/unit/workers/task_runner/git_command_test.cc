#include "workers/task_runner/git_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/line_sink.h"
#include "workers/task_runner/output_text.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using domain::FailureStage;
using ::testing::HasSubstr;

class GitCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bare_ = fixture_.MakeRepository("r", {{"a", "b\n"}});
    FLEET_ASSERT_OK_AND_ASSIGN(const GitCommand git, GitCommand::Make(subprocess_, {}, fixture_.directory() / "git"));
    git_ = std::make_unique<GitCommand>(git);
  }
  GitCommand::Call Call(std::vector<std::string> arguments) {
    return {FailureStage::kCommit, std::move(arguments), bare_};
  }
  // Stores `size` bytes; returns their id.
  std::string Store(std::size_t size) {
    WriteFile(fixture_.directory() / "blob", std::string(size, 'x'));
    return fixture_.Git(bare_, {"hash-object", "-w", fixture_.directory() / "blob"});
  }

  GitFixture fixture_;
  Subprocess subprocess_{Clock::System()};
  StopToken stop_;
  WorkBounds bounds_{Clock::System(), absl::Minutes(5), stop_};
  std::string bare_;
  std::unique_ptr<GitCommand> git_;
};

TEST_F(GitCommandTest, AnswersWithTheWholeOrNotAtAll) {
  const std::string most = Store(GitCommand::kMaxAnswer);
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string whole, git_->Run(Call({"cat-file", "blob", most}), bounds_));
  EXPECT_EQ(whole.size(), GitCommand::kMaxAnswer);
  const std::string more = Store(GitCommand::kMaxAnswer + 1);
  const absl::Status status = git_->Run(Call({"cat-file", "blob", more}), bounds_).status();
  EXPECT_EQ(ToFailure(status).reason(), v1::FAILURE_REASON_BAD_CONFIG);
  EXPECT_EQ(status.message(), "commit failed: git wrote more than 1048576 bytes");
}

TEST_F(GitCommandTest, StreamsWhatIsLong) {
  const std::string large = Store(5 << 20);
  std::size_t size = 0;
  LineSink sink('\n', {10 << 20, 10 << 20}, [&](absl::string_view line) { size += line.size(); });
  FLEET_EXPECT_OK(git_->Stream(Call({"cat-file", "blob", large}), bounds_, sink));
  sink.Finish();
  EXPECT_EQ(size, std::size_t{5} << 20);
}

TEST_F(GitCommandTest, FeedsAFileToGit) {
  WriteFile(fixture_.directory() / "names", "HEAD\nrefs/heads/main\n");
  GitCommand::Call call = Call({"cat-file", "--batch-check=%(objecttype)"});
  call.input_file = fixture_.directory() / "names";
  FLEET_ASSERT_OK_AND_ASSIGN(const std::string types, git_->Run(call, bounds_));
  EXPECT_EQ(types, "commit\ncommit");
  call.input_file = fixture_.directory() / "missing";
  EXPECT_EQ(ToFailure(git_->Run(call, bounds_).status()).reason(), v1::FAILURE_REASON_RUNNER_SETUP);
}

TEST_F(GitCommandTest, TellsWhatGitWarnsOfThoughItSucceeds) {
  const std::string tree = fixture_.directory() / "tree";
  fixture_.Git(fixture_.directory().path(), {"clone", "-q", bare_, tree});
  WriteFile(tree + "/a", "b\r\n");
  GitCommand::Call call = Call({"-c", "core.autocrlf=input", "-c", "core.safecrlf=warn", "add", "a"});
  call.working_directory = tree;
  OutputText output(1000);
  OutputText errors(1000);
  FLEET_EXPECT_OK(git_->Stream(call, bounds_, output, &errors));
  EXPECT_EQ(output.text(), "");
  EXPECT_THAT(errors.text(), HasSubstr("warning: "));
}

TEST_F(GitCommandTest, KillsGitOnceASinkHasEnough) {
  OutputText output(10);
  GitCommand::Call call = Call({"-c", "alias.endless=!yes", "endless"});
  const absl::Status status = git_->Stream(call, bounds_, output);
  EXPECT_EQ(ToFailure(status).reason(), v1::FAILURE_REASON_BAD_CONFIG);
  EXPECT_TRUE(output.exceeded());
}

}  // namespace
}  // namespace fleet::runner
