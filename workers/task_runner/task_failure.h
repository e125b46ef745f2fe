// Failures of a task as absl::Status that carry their reason. Without one, kDeadlineExceeded means the task's timeout
// and kCancelled that its stop token was used; of others, what SystemError left or their code is the evidence.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_FAILURE_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_FAILURE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/domain/failure_classifier.h"
#include "fleet/v1/fleet.pb.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

// For the reason that `evidence` shows: kDeadlineExceeded if time ran out, else kInternal.
absl::Status TaskFailure(const domain::FailureEvidence& evidence, absl::string_view message);
// For a reason that is known without evidence.
absl::Status TaskFailure(domain::FailureReason reason, absl::string_view message);

// OK while a task may go on; else how it ended, in the midst of `stage`. For work of our own that may take long.
absl::Status MayGoOn(const WorkBounds& bounds, domain::FailureStage stage);

// The same status with its reason, given that it was returned at `stage`. Must not be OK.
absl::Status FailedAt(domain::FailureStage stage, const absl::Status& status);

// `status` as it is reported: valid UTF-8, at most 2,000 bytes. Must not be OK.
v1::Failure ToFailure(const absl::Status& status);

// The same failure with `prefix` and `suffix` around its message.
absl::Status Annotate(const absl::Status& status, absl::string_view prefix, absl::string_view suffix = "");

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_FAILURE_H_
