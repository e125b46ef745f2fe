// Why a push failed, where what git said of it is not enough.
#ifndef FLEET_WORKERS_TASK_RUNNER_PUSH_OUTCOME_H_
#define FLEET_WORKERS_TASK_RUNNER_PUSH_OUTCOME_H_

#include <string>

#include "absl/status/status.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

// Servers say of a branch whose name another one blocks what they say of one that moved. So after a `failure` of that
// kind the remote is asked what it holds: kBranchNameBlocked, naming the branch in the way, if there is one; else
// `failure` as it was, also if the remote does not answer. `git_dir` is a repository that no step can write to.
absl::Status ExplainPushFailure(const absl::Status& failure, const GitCommand& git, const CloneRequest& request,
                                const std::string& git_dir, const WorkBounds& bounds);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_PUSH_OUTCOME_H_
