// What a failed git command means for the task.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "common/domain/failure_classifier.h"
#include "workers/task_runner/subprocess.h"

namespace fleet::runner {

// What git (LC_ALL=C) wrote.
struct GitOutput {
  std::string stdout_tail;
  std::string stderr_tail;
  // See push_report.h.
  std::string push_refusal;
};

// What was seen of git that ended as `result` says. It refers to `output`.
domain::FailureEvidence GitEvidence(domain::FailureStage stage, const ProcessResult& result, const GitOutput& output);

// The TaskFailure of that. The message begins with the stage's name, then says what became of a push; then
// come git's own last lines, without hints and without credentials in URLs; of a refused push first what the server
// said of it, a hook's words. Pure.
absl::Status GitFailure(domain::FailureStage stage, const ProcessResult& result, const GitOutput& output);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_FAILURE_H_
