// Finds the steps' change, path by path: what the commit takes, and from where.
#ifndef FLEET_WORKERS_TASK_RUNNER_CHANGE_PLANNER_H_
#define FLEET_WORKERS_TASK_RUNNER_CHANGE_PLANNER_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "workers/task_runner/checkout_snapshot.h"
#include "workers/task_runner/path_decision.h"
#include "workers/task_runner/step_index.h"
#include "workers/task_runner/submodule_inspector.h"
#include "workers/task_runner/work_tree.h"

namespace fleet::runner {

// What turns the base's index into that of the commit, but for new files that nobody staged.
struct TreeEdits {
  std::vector<std::string> removals;
  // As the steps staged them. What is in `stores` too is stored on top.
  std::vector<std::pair<std::string, TreeEntry>> entries;
  // Files to store as they stand in the working tree.
  std::vector<std::string> stores;
  // Files that the steps took out of the index and left in the working tree as they were: no new ones.
  std::set<std::string> left_alone;

  bool empty() const { return removals.empty() && entries.empty() && stores.empty(); }
};

class ChangePlanner {
 public:
  // The arguments must outlive it; `staging` as ReadStaging says.
  ChangePlanner(const CheckoutSnapshot& snapshot, const std::optional<StepIndex>& staging, WorkTree& files)
      : snapshot_(snapshot), staging_(staging), files_(files) {}

  // Looks at every path of the base and of the step's index. Returns a TaskFailure for a tree that cannot be read.
  absl::Status Look();
  // Those that are not, or may not be, as the base has them; submodules apart.
  std::vector<std::string> Suspects() const;
  // After Look; `filters` are those that suspects name. Returns a TaskFailure, kChangeNotCarried naming the path, for
  // what git cannot store.
  absl::StatusOr<TreeEdits> Plan(const std::map<std::string, std::string>& filters,
                                 const SubmoduleInspector& submodules) const;

 private:
  absl::Status LookAt(const std::string& path, const TreeEntry* base, const StagedEntry* staged);
  absl::Status PlanSubmodule(const std::string& path, const PathFacts& facts, const SubmoduleInspector& submodules,
                             TreeEdits& edits) const;

  const CheckoutSnapshot& snapshot_;
  const std::optional<StepIndex>& staging_;
  WorkTree& files_;
  std::map<std::string, PathFacts> suspects_;
  // `file` is what stands there, directories too.
  std::map<std::string, PathFacts> submodules_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_CHANGE_PLANNER_H_
