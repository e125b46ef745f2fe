#include "workers/task_runner/change_planner.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using State = CheckoutSnapshot::State;

absl::Status Refused(const std::string& path) {
  return TaskFailure(domain::FailureReason::kChangeNotCarried,
                     absl::StrCat(path, " is neither a file nor a link any more: git cannot store it"));
}

void Apply(PathDecision decision, const std::string& path, const PathFacts& facts, TreeEdits& edits) {
  if (decision == PathDecision::kKeepBase) return;
  if (decision == PathDecision::kRemove) {
    if (facts.base != nullptr) edits.removals.push_back(path);
    const bool is_left = facts.staged == nullptr && facts.file.has_value() && facts.state == State::kUntouched;
    if (is_left) edits.left_alone.insert(path);
    return;
  }
  if (facts.IsStaged() && !facts.staged->intent_to_add) edits.entries.emplace_back(path, facts.staged->entry);
  if (decision == PathDecision::kStoreFile) edits.stores.push_back(path);
}

}  // namespace

absl::Status ChangePlanner::LookAt(const std::string& path, const TreeEntry* base, const StagedEntry* staged) {
  PathFacts facts;
  facts.base = base;
  facts.has_index = staging_.has_value();
  facts.staged = staged;
  FLEET_ASSIGN_OR_RETURN(facts.file, files_.Look(path));
  if (staged != nullptr ? staged->entry.is_gitlink() : base->is_gitlink()) {
    submodules_.emplace(path, facts);
    return absl::OkStatus();
  }
  FLEET_ASSIGN_OR_RETURN(facts.state, snapshot_.Compare(files_, path, facts.file));
  if (facts.state == State::kUntouched && !facts.IsStaged()) return absl::OkStatus();
  if (facts.file.has_value() && facts.file->is_directory()) facts.file.reset();
  facts.stamp_may_lie = staged != nullptr && staged->modified_ns >= staging_->written_ns;
  suspects_.emplace(path, facts);
  return absl::OkStatus();
}

absl::Status ChangePlanner::Look() {
  const TreeEntries& base = snapshot_.base();
  for (const auto& [path, entry] : base) {
    const StagedEntry* staged = nullptr;
    if (staging_.has_value()) {
      const auto found = staging_->entries.find(path);
      if (found != staging_->entries.end()) staged = &found->second;
    }
    FLEET_RETURN_IF_ERROR(LookAt(path, &entry, staged));
  }
  if (!staging_.has_value()) return absl::OkStatus();
  for (const auto& [path, staged] : staging_->entries) {
    if (base.count(path) == 0) FLEET_RETURN_IF_ERROR(LookAt(path, nullptr, &staged));
  }
  return absl::OkStatus();
}

std::vector<std::string> ChangePlanner::Suspects() const {
  std::vector<std::string> paths;
  paths.reserve(suspects_.size());
  for (const auto& [path, facts] : suspects_) paths.push_back(path);
  return paths;
}

absl::Status ChangePlanner::PlanSubmodule(const std::string& path, const PathFacts& facts,
                                          const SubmoduleInspector& submodules, TreeEdits& edits) const {
  const auto remove = [&] {
    if (facts.base != nullptr) edits.removals.push_back(path);
    return absl::OkStatus();
  };
  // Taken out of the index; what is left in its place is files.
  if (facts.has_index && facts.staged == nullptr) return remove();
  const TreeEntry& current = facts.staged != nullptr ? facts.staged->entry : *facts.base;
  if (!facts.file.has_value()) {
    const bool is_outside = facts.staged != nullptr && facts.staged->skip_worktree;
    const bool is_in_index_only = facts.IsStaged() && facts.staged != nullptr && !facts.staged->had_file();
    if (!is_outside && !is_in_index_only) return remove();
    if (facts.IsStaged()) edits.entries.emplace_back(path, current);
    return absl::OkStatus();
  }
  if (!facts.file->is_directory()) {
    if (facts.file->GitMode() == 0) return Refused(path);
    edits.stores.push_back(path);
    return absl::OkStatus();
  }
  const bool is_old = facts.base != nullptr && facts.base->is_gitlink();
  if (!is_old) {
    // `git add` of a directory that happens to be a repository: a pointer that nobody could follow.
    FLEET_ASSIGN_OR_RETURN(const bool is_declared, submodules.IsDeclared(path));
    if (!is_declared) return remove();
  }
  FLEET_ASSIGN_OR_RETURN(std::string pointer, submodules.Head(path));
  if (pointer.empty() || (is_old && pointer == facts.base->oid)) pointer = current.oid;
  if (is_old && pointer == facts.base->oid) return absl::OkStatus();
  FLEET_RETURN_IF_ERROR(submodules.CheckPublished(path, pointer));
  edits.entries.emplace_back(path, TreeEntry{kGitlinkMode, pointer});
  return absl::OkStatus();
}

absl::StatusOr<TreeEdits> ChangePlanner::Plan(const std::map<std::string, std::string>& filters,
                                              const SubmoduleInspector& submodules) const {
  TreeEdits edits;
  for (const auto& [path, seen] : suspects_) {
    PathFacts facts = seen;
    facts.filtered = filters.count(path) > 0;
    const PathDecision decision = DecidePath(facts);
    if (decision == PathDecision::kRefuse) return Refused(path);
    Apply(decision, path, facts, edits);
  }
  for (const auto& [path, facts] : submodules_) {
    FLEET_RETURN_IF_ERROR(PlanSubmodule(path, facts, submodules, edits));
  }
  return edits;
}

}  // namespace fleet::runner
