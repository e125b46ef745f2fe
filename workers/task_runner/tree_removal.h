// Removes what a step left behind, however deep, wide or barred it is.
#ifndef FLEET_WORKERS_TASK_RUNNER_TREE_REMOVAL_H_
#define FLEET_WORKERS_TASK_RUNNER_TREE_REMOVAL_H_

#include <string>

#include "absl/status/status.h"

namespace fleet::runner {

// Removes `path` and everything below it, with at most eight descriptors and memory that does not grow with the tree,
// at any depth and with any length of path. Lets itself into directories whose mode bars the owner. Never follows a
// link and never enters a mount. Goes on after what it cannot remove, within limits; then the status, as SystemError
// gives it, names the first such thing. OK if there is nothing at `path`.
absl::Status RemoveTree(const std::string& path);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TREE_REMOVAL_H_
