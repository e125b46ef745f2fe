// What "git push --porcelain" says of the one branch that it pushed.
#ifndef FLEET_WORKERS_TASK_RUNNER_PUSH_REPORT_H_
#define FLEET_WORKERS_TASK_RUNNER_PUSH_REPORT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::runner {

class PushReport {
 public:
  // A line of git's stdout. "!<TAB><from>:<to><TAB><summary> (<reason>)" is the one that counts; others, such as those
  // of branches that were pushed, do not.
  void Take(absl::string_view line);

  // "[remote rejected] (pre-receive hook declined)"; empty if nothing says that the branch was not pushed.
  const std::string& refusal() const { return refusal_; }

 private:
  std::string refusal_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_PUSH_REPORT_H_
