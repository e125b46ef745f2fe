// What becomes of one path in the commit: one pure rule for all of them, submodules apart.
//
// The change is what is in the working tree now and was not right after checkout, and what the steps staged themselves.
// A file that no step touched or staged stays as the base has it, whatever git would make of it now.
#ifndef FLEET_WORKERS_TASK_RUNNER_PATH_DECISION_H_
#define FLEET_WORKERS_TASK_RUNNER_PATH_DECISION_H_

#include <optional>

#include "workers/task_runner/checkout_snapshot.h"
#include "workers/task_runner/step_index.h"
#include "workers/task_runner/tree_entry.h"
#include "workers/task_runner/work_tree.h"

namespace fleet::runner {

struct PathFacts {
  // In the base; null: not there.
  const TreeEntry* base = nullptr;
  // Whether the steps left an index; without one nothing is staged.
  bool has_index = false;
  // In that index; null: not there.
  const StagedEntry* staged = nullptr;
  // What stands in the working tree: a file, a link, or what git does not store. Not directories.
  std::optional<FileStamp> file;
  // How that stands to the checkout.
  CheckoutSnapshot::State state = CheckoutSnapshot::State::kUntouched;
  // Whether the file may have been written after it was staged and still carry the same stamp.
  bool stamp_may_lie = false;
  // Whether its attributes name a filter: what the steps staged went past it, so that only the file counts.
  bool filtered = false;

  // Whether the step's index says something else than the base.
  bool IsStaged() const;
};

enum class PathDecision {
  kKeepBase,    // as the base has it: not part of the change
  kRemove,      // not in the commit
  kTakeStaged,  // as the step staged it
  kStoreFile,   // the file, as `git add` stores it on top of what is staged
  kRefuse,      // something that git cannot store stands in the place of a file
};

PathDecision DecidePath(const PathFacts& facts);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_PATH_DECISION_H_
