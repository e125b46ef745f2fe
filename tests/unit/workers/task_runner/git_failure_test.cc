#include "workers/task_runner/git_failure.h"

#include <csignal>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using domain::FailureStage;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Failure Fail(FailureStage stage, absl::string_view output) {
  ProcessResult result;
  result.exit_code = 128;
  return ToFailure(GitFailure(stage, result, output));
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
  const v1::Failure failure =
      Fail(FailureStage::kPush, "To x\n!\ta:b\t[rejected] (stale info)\nhint: pull first\nDone\n");
  EXPECT_EQ(failure.message(), "push failed, another attempt pushed: To x; !\ta:b\t[rejected] (stale info)");
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_PUSH_RACED);
}

TEST(GitFailureTest, SilenceIsExplained) {
  EXPECT_EQ(Fail(FailureStage::kCheckout, "").message(), "checkout failed: git ended with exit code 128");
}

TEST(GitFailureTest, NamesTheSignal) {
  ProcessResult result;
  result.ending = ProcessResult::Ending::kSignalled;
  result.signal = SIGKILL;
  const v1::Failure silent = ToFailure(GitFailure(FailureStage::kCommit, result, ""));
  EXPECT_EQ(silent.reason(), v1::FAILURE_REASON_PROCESS_KILLED);
  EXPECT_EQ(silent.category(), v1::FAILURE_CATEGORY_COMPUTE);
  EXPECT_EQ(silent.message(), "commit failed: git was killed by signal 9");
  EXPECT_EQ(ToFailure(GitFailure(FailureStage::kCommit, result, "counting")).message(),
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
