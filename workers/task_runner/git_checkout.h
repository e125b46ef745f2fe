// The working tree that steps find, with a .git of its own that borrows the objects fetched.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_CHECKOUT_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_CHECKOUT_H_

#include "absl/status/status.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

// Makes `clone`'s tree of its base commit, and keeps what tells the steps' change later. Returns a TaskFailure.
absl::Status CheckOut(const GitCommand& git, const WorkBounds& bounds, GitClone& clone);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_CHECKOUT_H_
