#include "workers/task_runner/task_failure.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/text.h"
#include "workers/task_runner/system_error.h"

namespace fleet::runner {
namespace {

constexpr char kReasonUrl[] = "fleet.internal/failure_reason";

void SetReason(absl::Status& status, domain::FailureReason reason) {
  status.SetPayload(kReasonUrl, absl::Cord(absl::StrCat(static_cast<int>(reason))));
}

domain::FailureReason ReasonOf(const absl::Status& status, domain::FailureStage stage) {
  const auto payload = status.GetPayload(kReasonUrl);
  int reason = 0;
  if (payload.has_value() && absl::SimpleAtoi(std::string(*payload), &reason)) {
    return static_cast<domain::FailureReason>(reason);
  }
  domain::FailureEvidence evidence;
  evidence.stage = stage;
  evidence.task_timed_out = absl::IsDeadlineExceeded(status);
  evidence.system_error = ErrorNumberOf(status);
  return domain::ClassifyFailure(evidence);
}

}  // namespace

absl::Status TaskFailure(const domain::FailureEvidence& evidence, absl::string_view message) {
  const bool out_of_time = evidence.task_timed_out || evidence.step_timed_out;
  absl::Status status(out_of_time ? absl::StatusCode::kDeadlineExceeded : absl::StatusCode::kInternal, message);
  SetReason(status, domain::ClassifyFailure(evidence));
  return status;
}

absl::Status TaskFailure(domain::FailureReason reason, absl::string_view message) {
  absl::Status status = absl::InternalError(message);
  SetReason(status, reason);
  return status;
}

absl::Status MayGoOn(const WorkBounds& bounds, domain::FailureStage stage) {
  if (bounds.stop().stopped()) return absl::CancelledError(domain::StageName(stage));
  if (bounds.Remaining() > absl::ZeroDuration()) return absl::OkStatus();
  domain::FailureEvidence evidence;
  evidence.stage = stage;
  evidence.task_timed_out = true;
  return TaskFailure(evidence,
                     absl::StrCat("the task ran longer than its timeout of ", absl::FormatDuration(bounds.timeout()),
                                  ", during ", domain::StageName(stage)));
}

absl::Status FailedAt(domain::FailureStage stage, const absl::Status& status) {
  absl::Status failure = status;
  SetReason(failure, ReasonOf(status, stage));
  return failure;
}

v1::Failure ToFailure(const absl::Status& status) {
  v1::Failure failure;
  const domain::FailureKind& kind = domain::KindOf(ReasonOf(status, domain::FailureStage::kPrepare));
  failure.set_category(static_cast<v1::FailureCategory>(kind.category));
  failure.set_reason(static_cast<v1::FailureReason>(kind.reason));
  failure.set_message(domain::KeepHead(domain::CleanText(status.message()), domain::kMaxReportText));
  return failure;
}

absl::Status Annotate(const absl::Status& status, absl::string_view prefix, absl::string_view suffix) {
  absl::Status annotated(status.code(), absl::StrCat(prefix, status.message(), suffix));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) { annotated.SetPayload(url, payload); });
  return annotated;
}

}  // namespace fleet::runner
