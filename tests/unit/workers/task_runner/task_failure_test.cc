#include "workers/task_runner/task_failure.h"

#include <cerrno>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "workers/task_runner/system_error.h"

namespace fleet::runner {
namespace {

using domain::FailureReason;
using domain::FailureStage;

std::string ReasonName(const absl::Status& status) { return v1::FailureReason_Name(ToFailure(status).reason()); }

TEST(TaskFailureTest, CarriesReasonAndItsCategory) {
  const v1::Failure failure = ToFailure(TaskFailure(FailureReason::kTreeBroken, "gone"));
  EXPECT_EQ(failure.reason(), v1::FAILURE_REASON_TREE_BROKEN);
  EXPECT_EQ(failure.category(), v1::FAILURE_CATEGORY_AGENT);
  EXPECT_EQ(failure.message(), "gone");
}

TEST(TaskFailureTest, OnlyTimeIsDeadlineExceeded) {
  domain::FailureEvidence evidence;
  EXPECT_EQ(TaskFailure(evidence, "").code(), absl::StatusCode::kInternal);
  evidence.step_timed_out = true;
  EXPECT_EQ(TaskFailure(evidence, "").code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonName(TaskFailure(evidence, "")), "FAILURE_REASON_STEP_TIMED_OUT");
}

TEST(TaskFailureTest, AnnotationKeepsTheReason) {
  const absl::Status status = Annotate(TaskFailure(FailureReason::kBadOutput, "b"), "a", "c");
  EXPECT_EQ(status.message(), "abc");
  EXPECT_EQ(ReasonName(status), "FAILURE_REASON_BAD_OUTPUT");
}

TEST(TaskFailureTest, SystemErrorsKeepTheirErrno) {
  const std::pair<int, const char*> cases[] = {
      {ENOSPC, "DISK_FULL"},    {ENOMEM, "OUT_OF_MEMORY"}, {EAGAIN, "PROCESS_LIMIT"},    {EMFILE, "PROCESS_LIMIT"},
      {ENOENT, "RUNNER_SETUP"}, {EACCES, "RUNNER_SETUP"},  {ENAMETOOLONG, "BAD_CONFIG"}, {EIO, "UNKNOWN"}};
  for (const auto& [error_number, name] : cases) {
    const absl::Status status = SystemError(error_number, "cannot");
    EXPECT_EQ(ReasonName(status), std::string("FAILURE_REASON_") + name);
    EXPECT_EQ(ReasonName(Annotate(status, "could not be prepared: ")), std::string("FAILURE_REASON_") + name);
  }
}

TEST(TaskFailureTest, CodesStandInForErrno) {
  EXPECT_EQ(ReasonName(absl::ResourceExhaustedError("")), "FAILURE_REASON_PROCESS_LIMIT");
  EXPECT_EQ(ReasonName(absl::InvalidArgumentError("")), "FAILURE_REASON_BAD_CONFIG");
  EXPECT_EQ(ReasonName(absl::NotFoundError("")), "FAILURE_REASON_RUNNER_SETUP");
  EXPECT_EQ(ReasonName(absl::PermissionDeniedError("")), "FAILURE_REASON_RUNNER_SETUP");
  EXPECT_EQ(ReasonName(absl::DeadlineExceededError("")), "FAILURE_REASON_TASK_TIMED_OUT");
  EXPECT_EQ(ReasonName(absl::InternalError("")), "FAILURE_REASON_UNKNOWN");
}

TEST(TaskFailureTest, TheStageTellsAMissingProgramFromABrokenRunner) {
  const absl::Status status = FailedAt(FailureStage::kStep, absl::NotFoundError("no such linter"));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonName(status), "FAILURE_REASON_STEP_NOT_FOUND");
  EXPECT_EQ(ReasonName(FailedAt(FailureStage::kClone, status)), "FAILURE_REASON_STEP_NOT_FOUND");  // the first counts
  EXPECT_EQ(ReasonName(FailedAt(FailureStage::kClone, SystemError(ENOENT, "git"))), "FAILURE_REASON_RUNNER_SETUP");
}

TEST(TaskFailureTest, LongAndMalformedMessagesAreCutAndCleaned) {
  const v1::Failure failure = ToFailure(absl::InternalError("\xFF" + std::string(3000, 'x')));
  EXPECT_EQ(failure.message(), "\xEF\xBF\xBD" + std::string(1997, 'x'));
}

}  // namespace
}  // namespace fleet::runner
