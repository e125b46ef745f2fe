#include "common/store/retry_selection.h"

#include <map>

#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"
#include "common/store/failure_rows.h"
#include "common/store/task_rows.h"

namespace fleet::store {
namespace {

bool Matches(const RetrySelection& selection, const domain::Task& task,
             const std::map<int32_t, std::string>& fingerprints) {
  const auto allows = [](const auto& set, const auto& value) { return set.empty() || set.count(value) > 0; };
  if (!domain::IsTerminal(task.state)) return false;
  if (!allows(selection.states, static_cast<int32_t>(task.state))) return false;
  if (!allows(selection.categories, static_cast<int32_t>(task.category))) return false;
  if (!allows(selection.repo_keys, domain::RepoKey(task.repo))) return false;
  if (selection.fingerprints.empty()) return true;
  const auto fingerprint = fingerprints.find(task.id.ordinal);
  return fingerprint != fingerprints.end() && selection.fingerprints.count(fingerprint->second) > 0;
}

}  // namespace

absl::StatusOr<std::vector<domain::Task>> SelectTasks(database::Transaction& transaction, const domain::Ulid& fleet_id,
                                                      const RetrySelection& selection, int32_t first, int32_t last) {
  FLEET_ASSIGN_OR_RETURN(const TaskBatch batch, LoadTaskRange(transaction, fleet_id, first, last));
  std::map<int32_t, std::string> fingerprints;
  if (!selection.fingerprints.empty()) {
    FLEET_ASSIGN_OR_RETURN(fingerprints, ReadFingerprints(transaction, fleet_id, first, last));
  }
  std::vector<domain::Task> chosen;
  for (const auto& [id, task] : batch.tasks) {
    if (Matches(selection, task, fingerprints)) chosen.push_back(task);
  }
  return chosen;
}

}  // namespace fleet::store
