// The folders of the runner's work, out of texts that people get to see: where a runner keeps its work is its
// operator's affair, and long paths push the cause out of a message.
#ifndef FLEET_WORKERS_TASK_RUNNER_PRIVATE_PATHS_H_
#define FLEET_WORKERS_TASK_RUNNER_PRIVATE_PATHS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::runner {

// `root`, in which tasks have their directories, is left out of `text`: paths in a task's working tree become relative
// to it, a step's own files their names ("script"), its home "~" and its TMPDIR "$TMPDIR". Pure.
std::string HidePrivatePaths(absl::string_view text, absl::string_view root);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_PRIVATE_PATHS_H_
