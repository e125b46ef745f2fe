#include "workers/task_runner/path_decision.h"

namespace fleet::runner {
namespace {

using State = CheckoutSnapshot::State;

PathDecision StoreFile(const PathFacts& facts) {
  return facts.file->GitMode() == 0 ? PathDecision::kRefuse : PathDecision::kStoreFile;
}

// Of a path that the steps did not stage.
PathDecision DecideUnstaged(const PathFacts& facts) {
  switch (facts.state) {
    case State::kUntouched:
      return PathDecision::kKeepBase;
    case State::kAbsent:
      return facts.staged != nullptr && facts.staged->skip_worktree ? PathDecision::kKeepBase : PathDecision::kRemove;
    case State::kTouched:
      break;
  }
  return StoreFile(facts);
}

// Of a path that stands in the step's index otherwise than in the base.
PathDecision DecideStaged(const PathFacts& facts) {
  const StagedEntry& staged = *facts.staged;
  if (staged.intent_to_add) return facts.file.has_value() ? StoreFile(facts) : PathDecision::kRemove;
  if (!facts.file.has_value()) {
    // Staged without a file; a file that was checked out or staged and is gone was removed.
    const bool was_there = facts.state == State::kAbsent || staged.had_file();
    return staged.skip_worktree || !was_there ? PathDecision::kTakeStaged : PathDecision::kRemove;
  }
  // Staged past the working tree: git apply --cached, update-index --chmod, add --renormalize.
  if (facts.base != nullptr && facts.state == State::kUntouched) return PathDecision::kTakeStaged;
  const bool same_mode = facts.file->GitMode() == staged.entry.mode;
  if (staged.IsOf(*facts.file) && !(facts.stamp_may_lie && same_mode)) return PathDecision::kTakeStaged;
  return StoreFile(facts);
}

}  // namespace

bool PathFacts::IsStaged() const {
  if (!has_index) return false;
  if (staged == nullptr || base == nullptr) return staged != nullptr || base != nullptr;
  return staged->intent_to_add || staged->entry != *base;
}

PathDecision DecidePath(const PathFacts& facts) {
  if (!facts.IsStaged()) return DecideUnstaged(facts);
  // Whether a file is still there, and is not ignored, is for those to say who look for new files.
  if (facts.staged == nullptr) return PathDecision::kRemove;
  if (facts.filtered && facts.file.has_value()) {
    if (facts.base == nullptr || facts.state != State::kUntouched) return StoreFile(facts);
    // A mode alone (git add --chmod) goes past no filter.
    return facts.base->oid == facts.staged->entry.oid ? PathDecision::kTakeStaged : PathDecision::kKeepBase;
  }
  return DecideStaged(facts);
}

}  // namespace fleet::runner
