// What the steps staged or committed in the clone they were given.
#ifndef FLEET_WORKERS_TASK_RUNNER_STEP_STAGING_H_
#define FLEET_WORKERS_TASK_RUNNER_STEP_STAGING_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_repository.h"
#include "workers/task_runner/step_index.h"

namespace fleet::runner {

// A file in the .git that steps are given, with the base commit in it: that repository is known again by it.
inline constexpr char kCloneMark[] = "fleet-base";

// Where the objects are that only the steps' clone has; empty if that is no longer the clone that was made. Returns a
// TaskFailure, kChangeNotCarried, if it was put behind a link.
absl::StatusOr<std::string> FindStepObjects(const GitClone& clone);

// The steps' index: the tree of their HEAD in its place, if commits were made without it. Nullopt if nothing of the
// kind is there: nothing was staged, or the steps removed the repository. `repository` is one of ours that can read
// the steps' objects. Returns a TaskFailure, kTreeBroken, for an index that git cannot read or with a merge conflict
// in it.
absl::StatusOr<std::optional<StepIndex>> ReadStaging(const GitClone& clone, const GitRepository& repository);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_STEP_STAGING_H_
