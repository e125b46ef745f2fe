// Failures of a task as absl::Status that carry their category. Without a category, kDeadlineExceeded means the task's
// timeout and kCancelled that its stop token was used; other codes are mapped to a category.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_FAILURE_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_FAILURE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::runner {

absl::Status TaskFailure(v1::FailureCategory category, absl::string_view message);

// `status` as it is reported: valid UTF-8, at most 2,000 bytes. Must not be OK.
v1::Failure ToFailure(const absl::Status& status);

// The same failure with `prefix` and `suffix` around its message.
absl::Status Annotate(const absl::Status& status, absl::string_view prefix, absl::string_view suffix = "");

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_FAILURE_H_
