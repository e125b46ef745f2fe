#include "common/domain/task_transitions.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace fleet::domain {
namespace {

constexpr absl::Duration kBackoffBase = absl::Seconds(2);
constexpr absl::Duration kBackoffCap = absl::Minutes(5);

// Whether a child that cannot go on where it is must not go back to the queue.
bool IsEnding(const Task& task, const Fleet& fleet) { return task.cancel_requested_at.has_value() || IsClosing(fleet); }

// Ends an attempt: what every way out of an active state has in common.
Task EndAttempt(const Task& task, TaskState state, absl::Time now) {
  Task after = task;
  after.state = state;
  if (IsActive(task.state) && task.leased_at.has_value()) {
    after.duration_ms = std::max<int64_t>(0, absl::ToInt64Milliseconds(now - *task.leased_at));
  }
  after.retry_at.reset();
  if (IsTerminal(state)) after.ended_at = now;
  return after;
}

// Whether a child that stands at `recorded`, and still names the report's runner, got there by a report of `reported`:
// then the answer to that report was lost. A loss or a stop by others takes the runner's name away.
bool IsRecordOf(TaskState reported, TaskState recorded, const Fleet& fleet) {
  if (reported == recorded) return true;
  const bool gave_up = reported == TaskState::kFailed || reported == TaskState::kCancelled;
  return gave_up && (recorded == TaskState::kQueued || recorded == TaskState::kCancelled ||
                     (recorded == TaskState::kTimedOut && fleet.expired));
}

// Whether an active child that stands at `from` goes to `to`: stages only go forward, and back to work once an approval
// was given.
bool Advances(TaskState from, TaskState to) {
  return to > from || (from == TaskState::kAwaitingApproval && to == TaskState::kRunning);
}

void Close(Task& after, const Fleet& fleet, absl::Time now) {
  after.state = after.cancel_requested_at.has_value() ? TaskState::kCancelled : ClosingState(fleet);
  after.category = after.state == TaskState::kTimedOut ? FailureCategory::kTimeout : FailureCategory::kNone;
  after.ended_at = now;
}

// Keeps the category: a child that waits for another try says why.
void Requeue(Task& after, const Fleet& fleet, absl::Time retry_at, absl::Time now) {
  if (IsEnding(after, fleet)) {
    Close(after, fleet, now);
    return;
  }
  after.state = TaskState::kQueued;
  after.retry_at = retry_at;
  after.ended_at.reset();
}

const FailureKind& KindOf(const TaskReport& report) {
  return report.reason == FailureReason::kUnspecified ? GeneralKindOf(report.category) : KindOf(report.reason);
}

void AfterFailure(Task& after, const Fleet& fleet, const TaskReport& report, absl::Time now, double jitter) {
  const FailureKind& kind = KindOf(report);
  after.category = kind.category;
  if (kind.capacity) {
    if (++after.faults < kMaxFaults) Requeue(after, fleet, now + RetryBackoff(after.faults, jitter), now);
    return;
  }
  ++after.tries;
  if (kind.retryable && after.tries < fleet.policy.max_tries) {
    Requeue(after, fleet, now + RetryBackoff(after.tries, jitter), now);
  }
}

void Count(Rollup& rollup, const Task& task, int32_t sign) {
  rollup.states[static_cast<std::size_t>(task.state)] += sign;
  if (task.state == TaskState::kCompleted) rollup.outcomes[static_cast<std::size_t>(task.outcome)] += sign;
  if (task.state == TaskState::kFailed || task.state == TaskState::kTimedOut) {
    rollup.categories[static_cast<std::size_t>(task.category)] += sign;
  }
  if (task.state != TaskState::kQueued || !task.retry_at.has_value()) return;
  rollup.delayed += sign;
  if (task.losses > 0) rollup.suspects += sign;
}

}  // namespace

ReportVerdict JudgeReport(const Task& task, const Fleet& fleet, const TaskReport& report) {
  if (task.attempt != report.attempt || task.runner_id != report.runner_id) return ReportVerdict::kLeaseLost;
  if (!IsActive(task.state)) {
    return IsRecordOf(report.state, task.state, fleet) ? ReportVerdict::kRepeat : ReportVerdict::kLeaseLost;
  }
  if (IsTerminal(report.state)) return ReportVerdict::kApply;
  if (StopsActive(fleet) || task.cancel_requested_at.has_value()) return ReportVerdict::kStop;
  return Advances(task.state, report.state) ? ReportVerdict::kApply : ReportVerdict::kRepeat;
}

FailureCategory ReportedCategory(const TaskReport& report) {
  if (report.state == TaskState::kTimedOut) return FailureCategory::kTimeout;
  return report.state == TaskState::kFailed ? KindOf(report).category : FailureCategory::kNone;
}

Task AfterReport(const Task& task, const Fleet& fleet, const TaskReport& report, absl::Time now, double jitter) {
  if (!IsTerminal(report.state)) {
    Task after = task;
    after.state = report.state;
    return after;
  }
  Task after = EndAttempt(task, report.state, now);
  if (report.cost_micros.has_value()) after.cost_micros = task.cost_micros.value_or(0) + *report.cost_micros;
  switch (report.state) {
    case TaskState::kCompleted:
      after.outcome = report.outcome;
      after.category = FailureCategory::kNone;
      after.pull_request_url = report.pull_request_url;
      after.commit = report.commit;
      break;
    case TaskState::kFailed:
      AfterFailure(after, fleet, report, now, jitter);
      break;
    case TaskState::kTimedOut:
      after.category = FailureCategory::kTimeout;
      ++after.tries;
      break;
    default:
      after.category = FailureCategory::kNone;
      // A runner that stops work nobody told it to stop has not ended the child: it goes back to the queue.
      Requeue(after, fleet, now, now);
      break;
  }
  return after;
}

Task AfterReturn(const Task& task, const Fleet& fleet, ReturnCause cause, absl::Time now) {
  Task after = EndAttempt(task, TaskState::kQueued, now);
  after.runner_id = Ulid();
  if (cause == ReturnCause::kRunnerLost && ++after.losses >= kMaxLosses && !IsEnding(task, fleet)) {
    after.state = TaskState::kFailed;
    after.category = FailureCategory::kCompute;
    after.ended_at = now;
    return after;
  }
  Requeue(after, fleet, now, now);
  return after;
}

Task AfterCancel(const Task& task, absl::Time now) {
  Task after = EndAttempt(task, TaskState::kCancelled, now);
  if (IsActive(task.state)) after.runner_id = Ulid();
  after.category = FailureCategory::kNone;
  return after;
}

Task AfterTimeout(const Task& task, absl::Time now) {
  Task after = EndAttempt(task, TaskState::kTimedOut, now);
  after.runner_id = Ulid();
  after.category = FailureCategory::kTimeout;
  ++after.tries;
  return after;
}

Task AfterClosing(const Task& task, const Fleet& fleet, absl::Time now) {
  Task after = EndAttempt(task, ClosingState(fleet), now);
  if (IsActive(task.state)) after.runner_id = Ulid();
  Close(after, fleet, now);
  return after;
}

Task AfterQueueAge(const Task& task, absl::Time now) {
  Task after = EndAttempt(task, TaskState::kFailed, now);
  after.category = FailureCategory::kConcurrency;
  return after;
}

Task AfterRedrive(const Task& task, int32_t generation) {
  Task after = task;
  after.state = TaskState::kQueued;
  after.outcome = Outcome::kUnspecified;
  after.category = FailureCategory::kNone;
  after.tries = 0;
  after.losses = 0;
  after.faults = 0;
  after.generation = generation;
  // What the last runner says again about its attempt is about another generation.
  after.runner_id = Ulid();
  after.retry_at.reset();
  after.ended_at.reset();
  after.cancel_requested_at.reset();
  return after;
}

absl::Duration RetryBackoff(int32_t tries, double jitter) {
  absl::Duration most = kBackoffBase;
  for (int32_t i = 1; i < tries && most < kBackoffCap; ++i) most *= 2;
  return std::min(most, kBackoffCap) * jitter;
}

void Move(Rollup& rollup, const Task& before, const Task& after) {
  Count(rollup, before, -1);
  Count(rollup, after, +1);
  if (IsActive(before.state) && !IsActive(after.state)) rollup.duration_ms += after.duration_ms.value_or(0);
  rollup.cost_micros += after.cost_micros.value_or(0) - before.cost_micros.value_or(0);
  rollup.known_cost += (after.cost_micros.has_value() ? 1 : 0) - (before.cost_micros.has_value() ? 1 : 0);
}

std::vector<std::size_t> FoldReports(const std::vector<TaskReport>& reports, std::vector<TaskReport>& folded) {
  using Lease = std::tuple<TaskId, int32_t, Ulid>;
  std::map<Lease, std::size_t> leases;
  std::map<std::pair<Lease, TaskState>, std::size_t> contradictions;
  std::vector<std::size_t> stands_for;
  stands_for.reserve(reports.size());
  const auto add = [&folded](auto& places, const auto& key, const TaskReport& report) {
    const auto [place, is_new] = places.try_emplace(key, folded.size());
    if (is_new) folded.push_back(report);
    return place->second;
  };
  for (const TaskReport& report : reports) {
    const Lease lease(report.task, report.attempt, report.runner_id);
    std::size_t at = add(leases, lease, report);
    TaskReport& standing = folded[at];
    if (!IsTerminal(standing.state)) {
      if (Advances(standing.state, report.state)) standing = report;
    } else if (IsTerminal(report.state) && report.state != standing.state) {
      at = add(contradictions, std::pair(lease, report.state), report);
    }
    stands_for.push_back(at);
  }
  return stands_for;
}

}  // namespace fleet::domain
