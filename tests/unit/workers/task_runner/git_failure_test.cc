#include "workers/task_runner/git_failure.h"

#include <csignal>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "workers/task_runner/push_report.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using domain::FailureStage;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Failure Fail(FailureStage stage, absl::string_view output) {
  ProcessResult result;
  result.exit_code = 128;
  return ToFailure(GitFailure(stage, result, {"", std::string(output), ""}));
}

// Which words mean what is the classifier's test.
TEST(GitFailureTest, HasReasonAndCategory) {
  const v1::Failure failure = Fail(FailureStage::kClone, "fatal: Authentication failed for 'https://example.com/o/r/'");
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_AUTH_REFUSED);
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_AUTH);
  EXPECT_EQ(failure.message(), "clone failed: fatal: Authentication failed for 'https://example.com/o/r/'");
}

TEST(GitFailureTest, WhatIsNotKnownIsGitsOwn) {
  const v1::Failure failure = Fail(FailureStage::kClone, "fatal: something new");
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_GIT_FAILED);
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_UNKNOWN);
}

TEST(GitFailureTest, NamesTheOperationAndDropsHints) {
  ProcessResult result;
  result.exit_code = 1;
  const v1::Failure failure = ToFailure(GitFailure(
      FailureStage::kPush, result,
      {"To x\n!\ta:b\t[rejected] (stale info)\nDone\n",
       "warning: odd\nerror: failed to push some refs to 'x'\nhint: pull first\n", "[rejected] (stale info)"}));
  EXPECT_EQ(failure.message(), "push failed, another attempt pushed: [rejected] (stale info); warning: odd");
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_PUSH_RACED);
}

TEST(GitFailureTest, AHooksWordsComeBeforeTheRefusal) {
  ProcessResult result;
  result.exit_code = 1;
  std::string words;
  for (int i = 0; i < 10; ++i) absl::StrAppend(&words, "remote: line ", i, "        \nremote:\n");
  const v1::Failure failure =
      ToFailure(GitFailure(FailureStage::kPush, result, {"", words, "[remote rejected] (hook declined)"}));
  EXPECT_EQ(failure.message(),
            "push failed: line 4; line 5; line 6; line 7; line 8; line 9; [remote rejected] (hook declined)");
}

TEST(GitFailureTest, WhatGitSaysOfARefusalItselfComesLast) {
  ProcessResult result;
  result.exit_code = 1;
  const v1::Failure failure = ToFailure(GitFailure(
      FailureStage::kPush, result,
      {"To file:///x.git\n", "warning: odd\nremote: no secrets\n", "[remote rejected] (pre-receive hook declined)"}));
  EXPECT_EQ(failure.message(), "push failed: no secrets; [remote rejected] (pre-receive hook declined); warning: odd");
}

TEST(PushReportTest, IsTheRefusalOfTheBranch) {
  PushReport report;
  for (const char* line :
       {"To ssh://git@example.com/!\tr", "*\ta:refs/heads/x\t[new branch]", "!", "!\tshort", "Done"}) {
    report.Take(line);
  }
  EXPECT_EQ(report.refusal(), "");
  report.Take("!\ta:refs/heads/x\t[remote rejected] (a\tb) (c)");
  report.Take("!\ta:refs/heads/y\t[rejected] (stale info)");
  EXPECT_EQ(report.refusal(), "[remote rejected] (a\tb) (c)");
  PushReport deletion;
  deletion.Take("!\t:refs/heads/x\t[remote failure] (remote failed to report status)\r");
  EXPECT_EQ(deletion.refusal(), "[remote failure] (remote failed to report status)");
}

TEST(GitFailureTest, SilenceIsExplained) {
  EXPECT_EQ(Fail(FailureStage::kCheckout, "").message(), "checkout failed: git ended with exit code 128");
}

TEST(GitFailureTest, NamesTheSignal) {
  ProcessResult result;
  result.ending = ProcessResult::Ending::kSignalled;
  result.signal = SIGKILL;
  const v1::Failure silent = ToFailure(GitFailure(FailureStage::kCommit, result, {}));
  EXPECT_EQ(silent.reason(), v1::FAILURE_REASON_PROCESS_KILLED);
  EXPECT_EQ(silent.category(), v1::FAILURE_CATEGORY_COMPUTE);
  EXPECT_EQ(silent.message(), "commit failed: git was killed by signal 9");
  EXPECT_EQ(ToFailure(GitFailure(FailureStage::kCommit, result, {"", "counting", ""})).message(),
            "commit failed: counting; git was killed by signal 9");
}

TEST(GitFailureTest, NeverHoldsCredentials) {
  const std::string message = Fail(FailureStage::kClone,
                                   "fatal: unable to access 'https://bot:s3cret@example.com/r/': and "
                                   "https://t0ken@h/x failed")
                                  .message();
  EXPECT_THAT(message, Not(HasSubstr("s3cret")));
  EXPECT_THAT(message, Not(HasSubstr("t0ken")));
  EXPECT_THAT(message, HasSubstr("https://***@example.com/r/"));
}

}  // namespace
}  // namespace fleet::runner
