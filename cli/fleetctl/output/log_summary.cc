#include "cli/fleetctl/output/log_summary.h"

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/state_names.h"

namespace fleet::cli {

std::string DescribeMissingLog(v1::TaskState state) {
  if (IsTerminal(state)) return "No log was kept.";
  return absl::StrCat("None yet: ", Words(state), ".");
}

std::string DescribeOlderLog(const v1::Task& task) {
  if (IsTerminal(task.state())) return "";
  if (task.state() == v1::TASK_STATE_QUEUED) return "The log of the last attempt; another one is queued.";
  return absl::StrCat("The log of the attempt before; attempt ", task.attempt(), ": ", Words(task.state()), ".");
}

}  // namespace fleet::cli
