#include "tests/model/lease_judge.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/domain/task.h"

namespace fleet::testing {
namespace {

using AnswerKind = store::LeaseAnswer::Kind;

int32_t Fresh(const ModelFleet& fleet) {
  return static_cast<int32_t>(std::count_if(fleet.children.begin(), fleet.children.end(),
                                            [](const ModelChild& child) { return child.IsFresh(); }));
}

int32_t Delayed(const ModelFleet& fleet) {
  return static_cast<int32_t>(std::count_if(fleet.children.begin(), fleet.children.end(),
                                            [](const ModelChild& child) { return child.IsDelayed(); }));
}

bool IsDueChild(const ModelChild& child) { return child.IsDelayed() && IsDue(child.retry.micros); }

int32_t Due(const ModelFleet& fleet) {
  return static_cast<int32_t>(std::count_if(fleet.children.begin(), fleet.children.end(), &IsDueChild));
}

int32_t DueSuspects(const ModelFleet& fleet) {
  return static_cast<int32_t>(std::count_if(fleet.children.begin(), fleet.children.end(), [](const ModelChild& child) {
    return IsDueChild(child) && child.IsSuspect();
  }));
}

bool HasSuspects(const ModelFleet& fleet) {
  return std::any_of(fleet.children.begin(), fleet.children.end(),
                     [](const ModelChild& child) { return child.IsDelayed() && child.IsSuspect(); });
}

bool SaysDue(const ModelFleet& fleet) {
  return fleet.MayStart() && fleet.next_retry.has_value() && IsDue(*fleet.next_retry);
}

bool HoldsSuspect(const FleetModel& model, const domain::Ulid& runner) {
  return std::any_of(model.fleets.begin(), model.fleets.end(), [&](const auto& entry) {
    const std::vector<ModelChild>& children = entry.second.children;
    return std::any_of(children.begin(), children.end(), [&](const ModelChild& child) {
      return child.runner == runner && child.IsSuspect() && domain::IsActive(child.state);
    });
  });
}

// An exception wins over what is for all.
int32_t CapOf(const FleetModel& model, const char* name, const std::string& scope, int32_t otherwise) {
  const auto found = model.limits.overrides.find({name, scope});
  return found == model.limits.overrides.end() ? otherwise : found->second;
}
int32_t UserCap(const FleetModel& model, const std::string& user) {
  return CapOf(model, "user_active", user, model.limits.user_active);
}
int32_t PoolCap(const FleetModel& model, const std::string& pool) {
  return CapOf(model, "pool_active", pool, model.limits.pool_active);
}

}  // namespace

bool HasWork(const FleetModel& model) {
  return std::any_of(model.fleets.begin(), model.fleets.end(), [](const auto& entry) {
    const ModelFleet& fleet = entry.second;
    return fleet.MayStart() && (Fresh(fleet) > 0 || (fleet.next_retry.has_value() && IsDue(*fleet.next_retry)));
  });
}

std::string LeaseJudge::Judge(const std::vector<store::LeaseAnswer>& answers) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::string problem = JudgeKind(i, answers[i]);
    if (!problem.empty()) return absl::StrCat("demand ", i + 1, ": ", problem);
  }
  CountPlaces();
  std::string problem = JudgeIsolation(answers);
  if (problem.empty()) problem = JudgeShares(answers);
  for (const std::size_t i : open_) {
    for (const store::GrantedTask& task : answers[i].tasks) {
      if (problem.empty()) problem = TakeTask(task, model_.runners.at(demands_[i].runner_id));
    }
  }
  if (problem.empty()) problem = JudgeCaps();
  for (const auto& [id, given] : given_) {
    if (problem.empty()) problem = JudgeOrder(model_.fleets.at(id), given);
  }
  if (problem.empty()) problem = JudgeFairness();
  if (problem.empty()) MoveOn(answers);
  return problem;
}

std::string LeaseJudge::JudgeKind(std::size_t index, const store::LeaseAnswer& answer) {
  const store::LeaseDemand& demand = demands_[index];
  const auto runner = model_.runners.find(demand.runner_id);
  AnswerKind expected = AnswerKind::kNothing;
  if (runner == model_.runners.end()) {
    expected = AnswerKind::kNotRegistered;
  } else if (runner->second.state != ModelRunner::State::kLive) {
    expected = AnswerKind::kRunnerLost;
  } else if (const auto grant = runner->second.grants.find(demand.lease_seq); grant != runner->second.grants.end()) {
    if (answer.kind != AnswerKind::kGranted || answer.tasks != grant->second)
      return "not the answer it was given before";
    return "";
  } else if (demand.lease_seq <= runner->second.received_lease_seq) {
    expected = AnswerKind::kStale;
  } else if (served_.insert(demand.runner_id).second) {
    open_.push_back(index);
    if (answer.kind == AnswerKind::kGranted && !answer.tasks.empty()) return "";
  }
  if (answer.kind == expected && answer.tasks.empty()) return "";
  return absl::StrCat("answered ", static_cast<int>(answer.kind), " with ", answer.tasks.size(), " tasks, expected ",
                      static_cast<int>(expected));
}

int32_t LeaseJudge::Wanted(std::size_t index) const {
  return std::min(demands_[index].max_tasks, model_.runners.at(demands_[index].runner_id).slots);
}

// The fleet's row says only when some child becomes due, not how many are; and each fleet of a pool counts the same
// places of suspects. What is reserved in vain others get the next time.
bool LeaseJudge::MayBeOverestimated() const {
  std::set<std::string> pools;
  for (const auto& [id, fleet] : model_.fleets) {
    if (!SaysDue(fleet)) continue;
    if (Due(fleet) < Delayed(fleet)) return true;
    if (HasSuspects(fleet) && !pools.insert(fleet.pool).second) return true;
  }
  return false;
}

int32_t LeaseJudge::Ready(const ModelFleet& fleet) const {
  if (!fleet.MayStart()) return 0;
  const auto places = places_.find(fleet.pool);
  const int32_t suspects = DueSuspects(fleet);
  return Fresh(fleet) + Due(fleet) - suspects + std::min(suspects, places == places_.end() ? 0 : places->second);
}

void LeaseJudge::CountPlaces() {
  for (const std::size_t i : open_) {
    const ModelRunner& runner = model_.runners.at(demands_[i].runner_id);
    if (!HoldsSuspect(model_, runner.id)) ++places_[runner.pool];
  }
}

// Of children that lost a runner before, no runner holds two.
std::string LeaseJudge::JudgeIsolation(const std::vector<store::LeaseAnswer>& answers) const {
  for (const std::size_t i : open_) {
    int32_t suspects = HoldsSuspect(model_, demands_[i].runner_id) ? 1 : 0;
    for (const store::GrantedTask& task : answers[i].tasks) {
      const auto fleet = model_.fleets.find(task.id.fleet_id);
      if (fleet == model_.fleets.end() || task.id.ordinal < 1 || task.id.ordinal > fleet->second.Expanded()) continue;
      if (!fleet->second.Child(task.id.ordinal).IsSuspect()) continue;
      if (++suspects > 1) return absl::StrCat(NameOf(model_, task), " was granted beside another that lost a runner");
    }
  }
  return "";
}

// A runner gets no more than it asked for and has slots; within a pool equal shares, unless it asked for less, or what
// it got beside its share is a suspect.
std::string LeaseJudge::JudgeShares(const std::vector<store::LeaseAnswer>& answers) const {
  const bool any_suspects = std::any_of(model_.fleets.begin(), model_.fleets.end(),
                                        [](const auto& entry) { return HasSuspects(entry.second); });
  const std::size_t uneven = any_suspects ? 2 : 1;
  for (const std::size_t i : open_) {
    const std::size_t got = answers[i].tasks.size();
    const auto wanted = static_cast<std::size_t>(Wanted(i));
    if (got > wanted) return absl::StrCat("demand ", i + 1, " got ", got, " of ", wanted);
    for (const std::size_t other : open_) {
      const bool same_pool =
          model_.runners.at(demands_[i].runner_id).pool == model_.runners.at(demands_[other].runner_id).pool;
      if (same_pool && got < wanted && answers[other].tasks.size() > got + uneven) {
        return absl::StrCat("demand ", i + 1, " got ", got, ", demand ", other + 1, " ", answers[other].tasks.size());
      }
    }
  }
  return "";
}

std::string LeaseJudge::TakeTask(const store::GrantedTask& task, const ModelRunner& runner) {
  const auto found = model_.fleets.find(task.id.fleet_id);
  if (found == model_.fleets.end()) return "granted a child of no fleet";
  const ModelFleet& fleet = found->second;
  const std::string name = NameOf(model_, task);
  if (task.id.ordinal < 1 || task.id.ordinal > fleet.Expanded()) return absl::StrCat(name, " does not exist");
  if (!fleet.MayStart()) return absl::StrCat(name, " was granted, but its fleet may start nothing");
  if (fleet.pool != runner.pool) return absl::StrCat(name, " was granted to a runner of another pool");
  const ModelChild& child = fleet.Child(task.id.ordinal);
  const bool due = IsDueChild(child);
  if (!child.IsFresh() && !due) return absl::StrCat(name, " was granted, but may not start");
  if (task.attempt != child.attempt + 1) return absl::StrCat(name, " after attempt ", child.attempt);
  Given& given = given_[fleet.id];
  std::set<int32_t>& kind = !due ? given.fresh : child.IsSuspect() ? given.suspects : given.due;
  if (!kind.insert(task.id.ordinal).second) return absl::StrCat(name, " was granted twice");
  return "";
}

std::string LeaseJudge::JudgeCaps() const {
  int32_t all = 0;
  std::map<std::string, int32_t> users;
  std::map<std::string, int32_t> pools;
  for (const auto& [id, given] : given_) {
    const ModelFleet& fleet = model_.fleets.at(id);
    all += given.Count();
    users[fleet.creator] += given.Count();
    pools[fleet.pool] += given.Count();
    if (fleet.Active() + given.Count() > fleet.cap) return absl::StrCat("F", fleet.number, " is over its cap");
  }
  for (const auto& [user, count] : users) {
    if (model_.ActiveOf(user) + count > UserCap(model_, user)) return absl::StrCat(user, " is over the user's cap");
  }
  for (const auto& [pool, count] : pools) {
    if (model_.ActiveIn(pool) + count > PoolCap(model_, pool)) return absl::StrCat(pool, " is over the pool's cap");
  }
  if (all > 0 && model_.ActiveOf("") + all > model_.limits.system_active) return "the system is over its cap";
  return "";
}

// Due children first, the one that waits longest before, suspects by themselves; then fresh ones by ordinal.
std::string LeaseJudge::JudgeOrder(const ModelFleet& fleet, const Given& given) const {
  int64_t last_due = 0;
  int64_t last_suspect = 0;
  for (const int32_t ordinal : given.due) last_due = std::max(last_due, fleet.Child(ordinal).retry.micros);
  for (const int32_t ordinal : given.suspects) last_suspect = std::max(last_suspect, fleet.Child(ordinal).retry.micros);
  for (int32_t ordinal = 1; ordinal <= fleet.Expanded(); ++ordinal) {
    const ModelChild& child = fleet.Child(ordinal);
    const bool left_due = IsDueChild(child) && given.due.count(ordinal) == 0 && given.suspects.count(ordinal) == 0;
    const bool is_late =
        child.IsSuspect() ? child.retry.micros < last_suspect : child.retry.micros < last_due || !given.fresh.empty();
    if (left_due && is_late) return absl::StrCat("F", fleet.number, "-", ordinal, " was due and passed over");
    const bool left_fresh = child.IsFresh() && given.fresh.count(ordinal) == 0;
    if (left_fresh && !given.fresh.empty() && ordinal < *given.fresh.rbegin()) {
      return absl::StrCat("F", fleet.number, "-", ordinal, " was passed over");
    }
  }
  return "";
}

// Slot by slot: to the highest priority; there to the user with the fewest in flight; there to the fleet with the
// fewest; then to the older one.
std::map<domain::Ulid, int32_t> LeaseJudge::FairShares() const {
  std::map<std::string, int32_t> wanted;
  for (const std::size_t i : open_) wanted[model_.runners.at(demands_[i].runner_id).pool] += Wanted(i);
  for (auto& [pool, count] : wanted) count = std::min(count, PoolCap(model_, pool) - model_.ActiveIn(pool));
  struct Candidate {
    const ModelFleet* fleet;
    int32_t ready;
    int32_t in_flight;
    int32_t share = 0;
  };
  std::vector<Candidate> candidates;
  std::map<std::string, int32_t> of_user;
  int32_t of_system = 0;
  for (const auto& [id, fleet] : model_.fleets) {
    if (!fleet.IsOpen()) continue;
    candidates.push_back({&fleet, Ready(fleet), fleet.Active()});
    of_user[fleet.creator] += candidates.back().in_flight;
    of_system += candidates.back().in_flight;
  }
  while (of_system < model_.limits.system_active) {
    std::map<std::string, Candidate*> next;  // by user
    for (Candidate& candidate : candidates) {
      const ModelFleet& fleet = *candidate.fleet;
      if (candidate.share >= candidate.ready || candidate.in_flight >= fleet.cap || wanted[fleet.pool] <= 0) continue;
      if (of_user[fleet.creator] >= UserCap(model_, fleet.creator)) continue;
      Candidate*& best = next[fleet.creator];
      const auto turn = [](const Candidate& c) { return std::tuple(-c.fleet->priority, c.in_flight, c.fleet->id); };
      if (best == nullptr || turn(candidate) < turn(*best)) best = &candidate;
    }
    if (next.empty()) break;
    const auto order = [&](const auto& entry) {
      return std::tuple(-entry.second->fleet->priority, of_user[entry.first], entry.second->fleet->id);
    };
    const auto first =
        std::min_element(next.begin(), next.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
    ++first->second->share;
    ++first->second->in_flight;
    ++of_user[first->first];
    ++of_system;
    --wanted[first->second->fleet->pool];
  }
  std::map<domain::Ulid, int32_t> shares;
  for (const Candidate& candidate : candidates) shares[candidate.fleet->id] = candidate.share;
  return shares;
}

std::string LeaseJudge::JudgeFairness() const {
  if (open_.empty()) return "";
  const std::map<domain::Ulid, int32_t> fair = FairShares();
  std::set<std::string> pools;
  for (const std::size_t i : open_) pools.insert(model_.runners.at(demands_[i].runner_id).pool);
  const bool estimated = MayBeOverestimated();
  int32_t fair_total = 0;
  int32_t total = 0;
  for (const auto& [id, share] : fair) {
    const auto given = given_.find(id);
    const int32_t got = given == given_.end() ? 0 : given->second.Count();
    fair_total += share;
    total += got;
    if (got != share && !estimated && pools.size() == 1) {
      return absl::StrCat("F", model_.fleets.at(id).number, " got ", got, ", its fair share is ", share);
    }
  }
  if (total == 0 && fair_total > 0) return "nothing was granted, though children may start";
  if (total != fair_total && !estimated) return absl::StrCat(total, " were granted, ", fair_total, " could be");
  return "";
}

void LeaseJudge::MoveOn(const std::vector<store::LeaseAnswer>& answers) {
  FleetModel::Moved moved;
  for (const std::size_t i : open_) {
    if (answers[i].tasks.empty()) continue;
    ModelRunner& runner = model_.runners.at(demands_[i].runner_id);
    runner.grants[demands_[i].lease_seq] = answers[i].tasks;
    runner.granted.insert(demands_[i].lease_seq);
    for (const store::GrantedTask& task : answers[i].tasks) {
      ModelChild& child = model_.fleets.at(task.id.fleet_id).Child(task.id.ordinal);
      child.state = domain::TaskState::kSubmitted;
      child.category = domain::FailureCategory::kNone;
      child.attempt = task.attempt;
      child.runner = runner.id;
      child.retry = Moment();
      child.leased = Moment::Now();
      moved[task.id.fleet_id].insert(task.id.ordinal);
    }
  }
  for (const auto& [id, given] : given_) {
    ModelFleet& fleet = model_.fleets.at(id);
    // The cursor stands behind the last child looked at.
    if (!given.fresh.empty()) fleet.next_ordinal = *given.fresh.rbegin() + 1;
    fleet.retries_reread = !given.due.empty() || !given.suspects.empty();
  }
  // A fleet of which only fresh children went may have been asked for due ones too.
  for (auto& [id, fleet] : model_.fleets) fleet.retries_may_be_reread = moved.count(id) > 0;
  model_.Commit(moved);
}

}  // namespace fleet::testing
