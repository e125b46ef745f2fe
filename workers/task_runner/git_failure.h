// What a failed git command means for the task.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/domain/failure_classifier.h"
#include "workers/task_runner/subprocess.h"

namespace fleet::runner {

// The TaskFailure of git (LC_ALL=C) that ended as `result` says and wrote `output`. The message begins with the stage's
// name and ends with git's own last lines, without hints and without credentials in URLs. Pure.
absl::Status GitFailure(domain::FailureStage stage, const ProcessResult& result, absl::string_view output);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_
