#include "tests/support/invariant_history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace fleet::testing {
namespace {

using Snapshot = InvariantSnapshot;

constexpr int32_t kQueued = 1;
constexpr int32_t kRunning = 4;
constexpr int32_t kAwaitingApproval = 5;
constexpr int32_t kCompleted = 7;
constexpr int32_t kFirstEndedFleetState = 6;

bool IsActive(int32_t state) { return state >= 2 && state <= 6; }
bool IsTerminal(int32_t state) { return state >= 7; }

// Whether a child may go from one state to the other within one attempt.
bool IsStep(int32_t from, int32_t to) {
  if (from == to) return true;
  if (from == kQueued) return to > kCompleted;  // cancelled, past its deadline, or too long in the queue
  if (from == kAwaitingApproval && to == kRunning) return true;  // it was approved
  return IsActive(from) && (to == kQueued || to > from);
}

std::string Child(const std::string& fleet_id, int32_t ordinal) {
  return absl::StrCat("child ", fleet_id, "-", ordinal);
}

}  // namespace

std::set<std::string> InvariantHistory::KnownFleets() const {
  std::set<std::string> known;
  for (const auto& [id, fleet] : fleets_) known.insert(id);
  return known;
}

std::set<std::string> InvariantHistory::FrozenFleets() const {
  std::set<std::string> frozen;
  for (const auto& [id, fleet] : fleets_) {
    if (!fleet.last.open_targets) frozen.insert(id);
  }
  return frozen;
}

void InvariantHistory::Judge(const Snapshot& snapshot, Violations& violations) {
  violations.insert(violations.end(), snapshot.violations.begin(), snapshot.violations.end());
  JudgeCaps(snapshot, violations);
  JudgeFleets(snapshot, violations);
  JudgeTasks(snapshot, violations);
  JudgeHolders(snapshot, violations);
  JudgeFeed(snapshot, violations);
}

void InvariantHistory::JudgeFleets(const Snapshot& snapshot, Violations& violations) {
  std::set<std::string> gone = KnownFleets();
  for (const Snapshot::Fleet& now : snapshot.fleets) {
    gone.erase(now.id);
    const auto [entry, is_new] = fleets_.try_emplace(now.id);
    SeenFleet& fleet = entry->second;
    const auto targets = snapshot.targets.find(now.id);
    if (!is_new) JudgeFleet(fleet.last, now, violations);
    const bool may_grow = is_new || fleet.last.open_targets;
    if (targets != snapshot.targets.end()) JudgeTargets(fleet, now, targets->second, may_grow, violations);
    fleet.revision_before = is_new ? 0 : fleet.last.revision;
    fleet.last = now;
    fleet.told.clear();
    fleet.moved.clear();
  }
  for (const std::string& id : gone) violations.push_back(absl::StrCat("fleet ", id, " is gone"));
}

// Targets are only ever added, behind those that are there, and only while they are open.
void InvariantHistory::JudgeTargets(SeenFleet& fleet, const Snapshot::Fleet& now,
                                    const std::vector<std::string>& targets, bool may_grow, Violations& violations) {
  const bool begins_alike =
      targets.size() >= fleet.targets.size() && std::equal(fleet.targets.begin(), fleet.targets.end(), targets.begin());
  if (!begins_alike || (!may_grow && targets.size() != fleet.targets.size())) {
    violations.push_back(absl::StrCat("fleet ", now.id, ": its frozen targets changed"));
  }
  if (!may_grow) return;
  fleet.targets = targets;
  fleet.tasks.resize(fleet.targets.size());
  if (static_cast<int64_t>(fleet.targets.size()) != now.total) {
    violations.push_back(
        absl::StrCat("fleet ", now.id, ": total is ", now.total, ", it has ", fleet.targets.size(), " targets"));
  }
}

void InvariantHistory::JudgeFleet(const Snapshot::Fleet& before, const Snapshot::Fleet& now, Violations& violations) {
  const auto complain = [&](const std::string& what) {
    violations.push_back(absl::StrCat("fleet ", now.id, ": ", what));
  };
  if (now.generation < before.generation) complain("its generation fell");
  if (before.state >= kFirstEndedFleetState && now.state != before.state && now.generation == before.generation) {
    complain(absl::StrCat("it was terminal in state ", before.state, " and is now in state ", now.state));
  }
  if (now.revision < before.revision) complain(absl::StrCat("revision fell from ", before.revision));
  if (now.revision == before.revision && (now.state != before.state || now.expanded != before.expanded)) {
    complain("it changed without a revision");
  }
  if (now.total != before.total && !(before.open_targets && now.total > before.total)) complain("its total changed");
  if (now.open_targets && !before.open_targets) complain("it was sealed and is open again");
  if (now.creator != before.creator) complain("its creator changed");
  if (now.expanded < before.expanded) complain("expanded fell");
  const bool stayed_shut = !before.may_start && !now.may_start && now.openings == before.openings;
  if (stayed_shut && now.attempts != before.attempts) {
    complain("a child was started though it was cancelled, paused or ended");
  }
}

// Between two snapshots under one limit, a lease that was granted found room at its time, and later ones did too; so
// the limit holds now. Without a new lease, what was active before (under an older limit) may be active still.
void InvariantHistory::JudgeCap(const std::string& holder, const Use& use, int64_t limit, int64_t limit_before,
                                Violations& violations) {
  const auto [entry, is_new] = uses_.try_emplace(holder, use);
  const Use before = is_new ? Use() : entry->second;
  entry->second = use;
  int64_t most = std::max(limit, limit_before);
  if (use.attempts == before.attempts) most = std::max(most, before.active);
  if (use.active > most) {
    violations.push_back(absl::StrCat(holder, " has ", use.active, " children active, over the cap of ", most));
  }
}

void InvariantHistory::JudgeCaps(const Snapshot& snapshot, Violations& violations) {
  using Limits = std::map<std::string, int64_t>;
  // An exception for `scope` wins over the limit itself.
  const auto limit = [](const Limits& limits, const std::string& name, const std::string& scope) {
    auto found = limits.find(absl::StrCat(name, ":", scope));
    if (found == limits.end()) found = limits.find(name);
    return found == limits.end() ? int64_t{0} : found->second;
  };
  Use system;
  std::map<std::string, Use> users;
  std::map<std::string, Use> pools;
  for (const Snapshot::Fleet& fleet : snapshot.fleets) {
    for (Use* use : {&system, &users[fleet.creator], &pools[fleet.pool]}) {
      use->active += fleet.active;
      use->attempts += fleet.attempts;
    }
    const auto seen = fleets_.find(fleet.id);
    const int64_t cap_before = seen == fleets_.end() ? 0 : seen->second.last.max_concurrency;
    JudgeCap(absl::StrCat("fleet ", fleet.id), {fleet.active, fleet.attempts}, fleet.max_concurrency, cap_before,
             violations);
  }
  const auto judge = [&](const std::string& holder, const Use& use, const char* name, const std::string& scope) {
    JudgeCap(holder, use, limit(snapshot.limits, name, scope), limit(limits_, name, scope), violations);
  };
  judge("the system", system, "system_active", "");
  for (const auto& [user, use] : users) judge(absl::StrCat("user ", user), use, "user_active", user);
  for (const auto& [pool, use] : pools) judge(absl::StrCat("pool ", pool), use, "pool_active", pool);
  limits_ = snapshot.limits;
}

void InvariantHistory::JudgeTasks(const Snapshot& snapshot, Violations& violations) {
  for (auto& [id, fleet] : fleets_) {
    for (SeenTask& task : fleet.tasks) task.in_this_snapshot = false;
  }
  for (const Snapshot::Task& task : snapshot.tasks) {
    const auto fleet = fleets_.find(task.fleet_id);
    if (fleet != fleets_.end()) JudgeTask(task, fleet->second, violations);
  }
  if (!snapshot.is_full) return;
  for (const auto& [id, fleet] : fleets_) {
    for (std::size_t i = 0; i < fleet.tasks.size(); ++i) {
      if (fleet.tasks[i].attempt >= 0 && !fleet.tasks[i].in_this_snapshot) {
        violations.push_back(absl::StrCat(Child(id, static_cast<int32_t>(i) + 1), " was lost"));
      }
    }
  }
}

void InvariantHistory::JudgeTask(const Snapshot::Task& task, SeenFleet& fleet, Violations& violations) {
  const std::string child = Child(task.fleet_id, task.ordinal);
  const auto complain = [&](const std::string& what) { violations.push_back(absl::StrCat(child, ": ", what)); };
  if (task.ordinal < 1 || task.ordinal > static_cast<int32_t>(fleet.targets.size())) {
    return complain("there is no such target");
  }
  const auto index = static_cast<std::size_t>(task.ordinal) - 1;
  SeenTask& seen = fleet.tasks[index];
  if (seen.in_this_snapshot) complain("it is there twice");
  if (task.repo != fleet.targets[index]) complain(absl::StrCat("stands for ", task.repo, ", not its target"));
  const SeenTask before = seen;
  seen = {task.attempt, task.state, task.outcome, task.generation, true};
  if (before.attempt < 0) return;
  const bool same = before.attempt == task.attempt && before.state == task.state && before.outcome == task.outcome &&
                    before.generation == task.generation;
  if (same) return;
  fleet.moved.insert(task.ordinal);
  if (task.attempt < before.attempt) complain(absl::StrCat("its attempt fell from ", before.attempt));
  if (task.generation < before.generation) complain("its generation fell");
  // Only a redrive leaves a terminal state.
  if (task.generation > before.generation) return;
  if (IsTerminal(before.state)) {
    complain(absl::StrCat("it was terminal in state ", before.state, " outcome ", before.outcome, " and is now in ",
                          task.state, " outcome ", task.outcome, " attempt ", task.attempt));
  } else if (task.attempt == before.attempt && !IsStep(before.state, task.state)) {
    complain(absl::StrCat("it went from state ", before.state, " to ", task.state, " in one attempt"));
  }
}

// A (child, attempt) is only ever given to one runner.
void InvariantHistory::JudgeHolders(const Snapshot& snapshot, Violations& violations) {
  const auto judge = [&](const std::string& fleet_id, int32_t ordinal, int32_t attempt, const std::string& runner) {
    const auto [holder, is_new] = holders_.try_emplace({fleet_id, ordinal, attempt}, runner);
    if (!is_new && holder->second != runner) {
      violations.push_back(absl::StrCat(Child(fleet_id, ordinal), ": attempt ", attempt, " was given to runner ",
                                        holder->second, " and to runner ", runner));
    }
  };
  for (const Snapshot::Lease& lease : snapshot.leases) {
    judge(lease.fleet_id, lease.ordinal, lease.attempt, lease.runner_id);
  }
  for (const Snapshot::Task& task : snapshot.tasks) {
    if (!task.runner_id.empty()) judge(task.fleet_id, task.ordinal, task.attempt, task.runner_id);
  }
}

// Every child that moved since the snapshot before is named by a change row since then.
void InvariantHistory::JudgeFeed(const Snapshot& snapshot, Violations& violations) {
  for (const Snapshot::Change& change : snapshot.changes) {
    const auto fleet = fleets_.find(change.fleet_id);
    if (fleet == fleets_.end() || change.revision <= fleet->second.revision_before) continue;
    fleet->second.told.insert(change.ordinals.begin(), change.ordinals.end());
    for (int32_t i = change.range.first; i <= change.range.second; ++i) fleet->second.told.insert(i);
  }
  for (const auto& [id, fleet] : fleets_) {
    for (const int32_t ordinal : fleet.moved) {
      if (fleet.told.count(ordinal) == 0) {
        violations.push_back(absl::StrCat(Child(id, ordinal), " changed and no change row says so"));
      }
    }
  }
}

}  // namespace fleet::testing
