// What a failed git command means for the task.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleet::runner {

// Judges what git (LC_ALL=C) wrote. `operation` begins the message: "clone". The message ends with git's own last
// lines, without hints and without credentials in URLs. Pure.
absl::Status ClassifyGitFailure(absl::string_view operation, absl::string_view output);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_
