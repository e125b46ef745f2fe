// What runners do to the model: reports, heartbeats, silence.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "tests/model/fleet_model.h"

namespace fleet::testing {
namespace {

using domain::FailureCategory;
using domain::ReportVerdict;
using domain::TaskReport;
using domain::TaskState;

constexpr int32_t kMostLosses = 5;
constexpr int32_t kMostFaults = 10;

bool InFlight(TaskState state) { return state >= TaskState::kSubmitted && state <= TaskState::kFinalizing; }
// Another try may help: the fault was not the task's own.
bool MayRetry(FailureCategory category) {
  return category == FailureCategory::kNetwork || category == FailureCategory::kConcurrency ||
         category == FailureCategory::kCompute;
}

// Repositories of the model are on one host, and pull requests of another are not theirs.
bool NamesForeignPullRequest(const TaskReport& report) {
  return report.state == TaskState::kCompleted && !report.pull_request_url.empty() &&
         !absl::StartsWith(report.pull_request_url, "https://git.invalid/");
}

bool IsPullRequest(domain::Outcome outcome) {
  return outcome == domain::Outcome::kPullRequestOpened || outcome == domain::Outcome::kPullRequestUpdated;
}

// The work had no chance where it was: no try is used.
bool IsCapacityFault(domain::FailureReason reason) {
  return reason == domain::FailureReason::kDiskFull || reason == domain::FailureReason::kRateLimited;
}

bool GaveUp(TaskState reported) { return reported == TaskState::kFailed || reported == TaskState::kCancelled; }

// Stages go on, and back to work after an approval.
bool Later(TaskState now, TaskState told) {
  return told > now || (now == TaskState::kAwaitingApproval && told == TaskState::kRunning);
}

bool IsOfOneLease(const TaskReport& a, const TaskReport& b) {
  return a.task == b.task && a.attempt == b.attempt && a.runner_id == b.runner_id;
}

bool IsOtherEnd(const TaskReport& standing, const TaskReport& report) {
  return domain::IsTerminal(standing.state) && domain::IsTerminal(report.state) && standing.state != report.state;
}

bool Contains(const std::vector<store::GrantedTask>& leases, const store::GrantedTask& lease) {
  return std::find(leases.begin(), leases.end(), lease) != leases.end();
}

}  // namespace

ModelChild* FleetModel::Live(const domain::Ulid& runner, const store::GrantedTask& lease) {
  const auto fleet = fleets.find(lease.id.fleet_id);
  if (fleet == fleets.end() || lease.id.ordinal < 1 || lease.id.ordinal > fleet->second.Expanded()) return nullptr;
  ModelChild& child = fleet->second.Child(lease.id.ordinal);
  return InFlight(child.state) && child.attempt == lease.attempt && child.runner == runner ? &child : nullptr;
}

void FleetModel::EndAttempt(ModelFleet& fleet, int32_t ordinal, TaskState state) {
  ModelChild& child = fleet.Child(ordinal);
  if (InFlight(child.state)) fleet.measured.insert(ordinal);
  child.state = state;
  child.retry = Moment();
  if (domain::IsTerminal(state)) child.ended = Moment::Now();
}

void FleetModel::Close(ModelFleet& fleet, int32_t ordinal) {
  const bool late = fleet.EndsByDeadline() && !fleet.Child(ordinal).cancelling;
  EndAttempt(fleet, ordinal, late ? TaskState::kTimedOut : TaskState::kCancelled);
  fleet.Child(ordinal).category = late ? FailureCategory::kTimeout : FailureCategory::kNone;
}

void FleetModel::GoBack(ModelFleet& fleet, int32_t ordinal, int64_t delay_micros) {
  if (fleet.IsCancelling() || fleet.Child(ordinal).cancelling) {
    Close(fleet, ordinal);
    return;
  }
  EndAttempt(fleet, ordinal, TaskState::kQueued);
  fleet.Child(ordinal).retry = Moment::Now(delay_micros);
  fleet.requeued[ordinal] = delay_micros > 0;
}

// 2 s, doubled with every further try, at most 5 min; the jitter says how much of it.
int64_t FleetModel::Backoff(int32_t tries) const {
  return static_cast<int64_t>(std::min(300.0, 2.0 * std::pow(2, tries - 1)) * jitter * 1e6);
}

ReportVerdict FleetModel::Judge(const TaskReport& report) {
  const auto fleet = fleets.find(report.task.fleet_id);
  if (fleet == fleets.end() || report.task.ordinal > fleet->second.Expanded()) return ReportVerdict::kLeaseLost;
  const ModelChild& child = fleet->second.Child(report.task.ordinal);
  if (child.attempt != report.attempt || child.runner != report.runner_id) return ReportVerdict::kLeaseLost;
  if (!InFlight(child.state)) {
    // The attempt is over. A runner whose own report ended it may say so again.
    const bool requeued = GaveUp(report.state) && (child.IsQueued() || child.state == TaskState::kCancelled ||
                                                   (child.state == TaskState::kTimedOut && fleet->second.expired));
    return child.state == report.state || requeued ? ReportVerdict::kRepeat : ReportVerdict::kLeaseLost;
  }
  if (domain::IsTerminal(report.state)) return ReportVerdict::kApply;
  if (fleet->second.IsStopping() || child.cancelling) return ReportVerdict::kStop;
  return Later(child.state, report.state) ? ReportVerdict::kApply : ReportVerdict::kRepeat;
}

void FleetModel::Apply(const TaskReport& report) {
  ModelFleet& fleet = fleets.at(report.task.fleet_id);
  const int32_t ordinal = report.task.ordinal;
  ModelChild& child = fleet.Child(ordinal);
  if (!domain::IsTerminal(report.state)) {
    child.state = report.state;
    return;
  }
  if (report.cost_micros.has_value()) child.cost_micros = child.cost_micros.value_or(0) + *report.cost_micros;
  child.category = FailureCategory::kNone;
  FailureCategory told = FailureCategory::kNone;
  if (report.state == TaskState::kCompleted) {
    child.outcome = report.outcome;
    child.pull_request_url = report.pull_request_url;
    child.commit = report.commit;
    if (NamesForeignPullRequest(report)) {
      child.pull_request_url.clear();
      const auto left = report.commit.empty() ? domain::Outcome::kUnspecified : domain::Outcome::kBranchPushed;
      if (IsPullRequest(report.outcome)) child.outcome = left;
    }
    EndAttempt(fleet, ordinal, TaskState::kCompleted);
  } else if (report.state == TaskState::kTimedOut) {
    child.category = told = FailureCategory::kTimeout;
    ++child.tries;
    EndAttempt(fleet, ordinal, TaskState::kTimedOut);
  } else if (report.state == TaskState::kFailed) {
    told = report.category == FailureCategory::kNone ? FailureCategory::kUnknown : report.category;
    child.category = told;
    const bool is_capacity = IsCapacityFault(report.reason);
    int32_t& count = is_capacity ? child.faults : child.tries;
    ++count;
    if (is_capacity ? count < kMostFaults : MayRetry(child.category) && count < fleet.max_tries) {
      GoBack(fleet, ordinal, Backoff(count));
    } else {
      EndAttempt(fleet, ordinal, TaskState::kFailed);
    }
  } else {
    GoBack(fleet, ordinal, 0);
  }
  const domain::AttemptTexts& texts = report.texts;
  const bool has_words =
      !texts.message.empty() || !texts.summary.empty() || !texts.log_tail.empty() || NamesForeignPullRequest(report);
  if (has_words || child.state != TaskState::kCompleted) {
    fleet.attempts[{ordinal, report.attempt}] = {report.runner_id, report.state, told, report.cost_micros,
                                                 child.generation};
    fleet.recorded.insert({ordinal, report.attempt});
  }
}

std::vector<FleetModel::Reported> FleetModel::Report(const std::vector<TaskReport>& reports,
                                                     bool (*poisoned)(const TaskReport&)) {
  // Of several reports on one lease one counts: the first that ends it, else the furthest stage. Another end is a
  // report of its own.
  std::vector<TaskReport> standing;
  std::vector<std::size_t> speaker;
  for (const TaskReport& report : reports) {
    std::size_t i = 0;
    while (i < standing.size() && !(IsOfOneLease(standing[i], report) && !IsOtherEnd(standing[i], report))) ++i;
    if (i == standing.size()) {
      standing.push_back(report);
    } else if (!domain::IsTerminal(standing[i].state) && Later(standing[i].state, report.state)) {
      standing[i] = report;
    }
    speaker.push_back(i);
  }
  std::vector<Reported> answers(standing.size());
  ReportRange(standing, 0, standing.size(), poisoned, answers);
  std::vector<Reported> told;
  for (const std::size_t i : speaker) told.push_back(answers[i]);
  return told;
}

// One transaction, or, if some report cannot be stored, each half by itself.
void FleetModel::ReportRange(const std::vector<TaskReport>& reports, std::size_t first, std::size_t last,
                             bool (*poisoned)(const TaskReport&), std::vector<Reported>& answers) {
  for (std::size_t i = first; i < last; ++i) {
    // What contradicts an end of this transaction is not stored.
    const bool comes_too_late = std::any_of(reports.begin() + static_cast<std::ptrdiff_t>(first),
                                            reports.begin() + static_cast<std::ptrdiff_t>(i),
                                            [&](const TaskReport& other) { return IsOfOneLease(other, reports[i]); });
    const bool fails = poisoned(reports[i]) && !comes_too_late && Judge(reports[i]) == ReportVerdict::kApply;
    if (!fails) continue;
    if (last - first == 1) {
      answers[first].refused = true;
      return;
    }
    const std::size_t middle = first + (last - first) / 2;
    ReportRange(reports, first, middle, poisoned, answers);
    ReportRange(reports, middle, last, poisoned, answers);
    return;
  }
  Moved moved;
  for (std::size_t i = first; i < last; ++i) {
    answers[i].verdict = Judge(reports[i]);
    if (answers[i].verdict != ReportVerdict::kApply) continue;
    Apply(reports[i]);
    answers[i].state = fleets.at(reports[i].task.fleet_id).Child(reports[i].task.ordinal).state;
    moved[reports[i].task.fleet_id].insert(reports[i].task.ordinal);
  }
  Commit(moved);
}

std::string FleetModel::Register(const store::RunnerRegistration& runner) {
  const auto [entry, is_new] = runners.try_emplace(runner.runner_id);
  ModelRunner& known = entry->second;
  if (!is_new && known.state != ModelRunner::State::kLive) return "RUNNER_LOST";
  if (is_new) known.number = next_number_++;
  known.id = runner.runner_id;
  known.pool = runner.pool;
  known.slots = runner.slots;
  known.silent = false;
  known.touched = true;
  return "";
}

// The attempt is taken from its runner: nothing it says about it counts from now on.
void FleetModel::Return(ModelFleet& fleet, const store::GrantedTask& lease, const domain::Ulid& runner, bool lost) {
  const int32_t ordinal = lease.id.ordinal;
  ModelChild& child = fleet.Child(ordinal);
  child.runner = domain::Ulid();
  if (lost) ++child.losses;
  if (lost && child.losses >= kMostLosses && !fleet.IsCancelling() && !child.cancelling) {
    child.category = FailureCategory::kCompute;
    EndAttempt(fleet, ordinal, TaskState::kFailed);
  } else {
    GoBack(fleet, ordinal, 0);
  }
  fleet.attempts[{ordinal, lease.attempt}] = {runner, child.state, FailureCategory::kCompute, std::nullopt,
                                              child.generation};
  fleet.recorded.insert({ordinal, lease.attempt});
}

FleetModel::Beaten FleetModel::Heartbeat(const store::RunnerHeartbeat& heartbeat,
                                         const std::vector<store::GrantedTask>& overdue,
                                         const std::vector<store::GrantedTask>& far_overdue) {
  const auto found = runners.find(heartbeat.runner_id);
  if (found == runners.end()) return {"RUNNER_NOT_REGISTERED", {}};
  ModelRunner& runner = found->second;
  if (runner.state != ModelRunner::State::kLive) return {"RUNNER_LOST", {}};
  if (heartbeat.seq <= runner.heartbeat_seq) return {};
  if (static_cast<int32_t>(heartbeat.held.size()) > runner.slots) return {"INVALID_ARGUMENT", {}};
  runner.silent = false;
  runner.touched = true;
  runner.heartbeat_seq = heartbeat.seq;
  runner.received_lease_seq = std::max(runner.received_lease_seq, heartbeat.received_lease_seq);

  Beaten answer;
  for (const store::GrantedTask& held : heartbeat.held) {
    using Reason = store::StopOrder::Reason;
    const ModelChild* child = Live(runner.id, held);
    if (child == nullptr) {
      answer.orders.push_back({held, Reason::kLeaseLost});
    } else if (const ModelFleet& fleet = fleets.at(held.id.fleet_id);
               fleet.cancel_mode == domain::CancelMode::kStop || fleet.failed || child->cancelling) {
      answer.orders.push_back({held, Reason::kCancelled});
    } else if (fleet.expired || Contains(overdue, held) || Contains(far_overdue, held)) {
      answer.orders.push_back({held, Reason::kTimedOut});
    }
  }
  // Each way to end a lease is a transaction of its own.
  Moved given_back;
  Moved unconfirmed;
  Moved timed_out;
  for (auto grant = runner.grants.begin(); grant != runner.grants.end();) {
    const bool received = grant->first <= heartbeat.received_lease_seq;
    bool any_live = false;
    for (const store::GrantedTask& lease : grant->second) {
      ModelChild* child = Live(runner.id, lease);
      if (child == nullptr) continue;
      any_live = true;
      ModelFleet& fleet = fleets.at(lease.id.fleet_id);
      if (received && !Contains(heartbeat.held, lease)) {
        Return(fleet, lease, runner.id, false);
        given_back[fleet.id].insert(lease.id.ordinal);
      } else if (child->unconfirmed) {
        child->runner = domain::Ulid();
        EndAttempt(fleet, lease.id.ordinal, TaskState::kCancelled);
        fleet.attempts[{lease.id.ordinal, lease.attempt}] = {
            runner.id, TaskState::kCancelled, FailureCategory::kCompute, std::nullopt, child->generation};
        fleet.recorded.insert({lease.id.ordinal, lease.attempt});
        unconfirmed[fleet.id].insert(lease.id.ordinal);
      } else if (Contains(far_overdue, lease)) {
        child->runner = domain::Ulid();
        child->category = FailureCategory::kTimeout;
        ++child->tries;
        EndAttempt(fleet, lease.id.ordinal, TaskState::kTimedOut);
        fleet.attempts[{lease.id.ordinal, lease.attempt}] = {runner.id, TaskState::kTimedOut, FailureCategory::kTimeout,
                                                             std::nullopt, child->generation};
        fleet.recorded.insert({lease.id.ordinal, lease.attempt});
        timed_out[fleet.id].insert(lease.id.ordinal);
      }
    }
    grant = received && !any_live ? runner.grants.erase(grant) : std::next(grant);
  }
  Commit(given_back);
  Commit(unconfirmed);
  Commit(timed_out);
  return answer;
}

int FleetModel::MarkLost() {
  int lost = 0;
  for (auto& [id, runner] : runners) {
    if (runner.state != ModelRunner::State::kLive || !runner.silent) continue;
    runner.state = ModelRunner::State::kLost;
    runner.touched = true;
    ++lost;
  }
  return lost;
}

std::optional<int> FleetModel::Reclaim() {
  for (auto& [id, runner] : runners) {
    if (runner.state != ModelRunner::State::kLost) continue;
    if (runner.grants.empty()) {
      runner.state = ModelRunner::State::kGone;
      runner.touched = true;
      return 0;
    }
    // Two answers a step.
    int looked_at = 0;
    Moved moved;
    for (int i = 0; i < 2 && !runner.grants.empty(); ++i) {
      for (const store::GrantedTask& lease : runner.grants.begin()->second) {
        ++looked_at;
        if (Live(id, lease) == nullptr) continue;
        Return(fleets.at(lease.id.fleet_id), lease, id, true);
        moved[lease.id.fleet_id].insert(lease.id.ordinal);
      }
      runner.grants.erase(runner.grants.begin());
    }
    Commit(moved);
    return looked_at;
  }
  return std::nullopt;
}

}  // namespace fleet::testing
