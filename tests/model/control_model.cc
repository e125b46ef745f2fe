// What operators do to the model's fleets: a new generation, the end of one child.
#include <algorithm>

#include "common/domain/task.h"
#include "tests/model/fleet_model.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::TaskState;
using store::JobKind;

template <typename T>
bool Allows(const std::vector<T>& list, const T& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

// The first reason not to retry the fleet; empty if there is none.
std::string RefusalOf(const ModelFleet& fleet, const store::NewGeneration& request) {
  for (const std::string& repo : request.repos) {
    bool known = false;
    for (int32_t ordinal = 1; ordinal <= fleet.Expanded(); ++ordinal) known |= TestStores::RepoName(ordinal) == repo;
    if (!known) return "INVALID_ARGUMENT";
  }
  if (fleet.failed) return "EXPANSION_FAILED";
  if (fleet.IsOpen() && (fleet.IsCancelling() || fleet.is_late)) return "FLEET_CANCELLING";
  if (fleet.retry.has_value()) return "RETRY_IN_PROGRESS";
  const bool any = std::any_of(fleet.children.begin(), fleet.children.end(),
                               [&](const ModelChild& child) { return Allows(request.states, child.state); });
  return any ? "" : "NOTHING_TO_RETRY";
}

}  // namespace

FleetModel::Retried FleetModel::Retry(const domain::Caller& caller, const store::NewGeneration& request) {
  const auto earlier = generations.find({caller.user, request.request_id});
  if (!request.request_id.empty() && earlier != generations.end()) {
    const bool same = earlier->second == std::pair(request.fleet_id, request.request_fingerprint);
    return {same ? "" : "REQUEST_ID_REUSED", same};
  }
  const auto found = fleets.find(request.fleet_id);
  if (found == fleets.end()) return {"FLEET_NOT_FOUND", false};
  ModelFleet& fleet = found->second;
  if (!fleet.IsOpen() && !MayOpen(fleet.creator)) return {"OPEN_FLEETS_LIMIT", false};
  const std::string refusal = RefusalOf(fleet, request);
  if (!refusal.empty()) return {refusal, false};
  if (!request.request_id.empty()) {
    generations[{caller.user, request.request_id}] = {request.fleet_id, request.request_fingerprint};
  }
  if (!fleet.IsOpen()) {
    fleet.paused = false;
    jobs.erase({fleet.id, JobKind::kDeadline});
    if (fleet.deadline.has_value() && !fleet.is_late) {
      jobs[{fleet.id, JobKind::kDeadline}] = ModelJob{0, {Moment::Kind::kRead, *fleet.deadline}, false};
    }
  }
  ++fleet.generation;
  fleet.retry = request;
  if (request.task_description.has_value()) fleet.amended = request.task_description;
  fleet.cancel_mode = domain::CancelMode::kNone;
  fleet.cancelled_by.clear();
  // What the generations before did not keep is not for this one.
  if (fleet.is_late) fleet.deadline.reset();
  fleet.is_late = fleet.expired = false;
  fleet.queue_since = Moment::Now();
  fleet.is_aged = false;
  ++audits;
  // They were for the generation before.
  jobs.erase({fleet.id, JobKind::kSweep});
  jobs.erase({fleet.id, JobKind::kEndStragglers});
  jobs.erase({fleet.id, JobKind::kQueueAge});
  Commit({{fleet.id, {}}});
  jobs[{fleet.id, JobKind::kRedrive}] = ModelJob{0, Moment::Now()};
  return {};
}

FleetModel::Stepped FleetModel::Redrive(const domain::Ulid& fleet_id) {
  jobs.erase({fleet_id, JobKind::kRedrive});
  ModelFleet& fleet = fleets.at(fleet_id);
  if (!fleet.retry.has_value()) return {absl::StatusCode::kOk, 0, true};
  std::set<int32_t> returned;
  for (int32_t ordinal = 1; !fleet.IsCancelling() && ordinal <= fleet.Expanded(); ++ordinal) {
    ModelChild& child = fleet.Child(ordinal);
    if (!domain::IsTerminal(child.state) || !Allows(fleet.retry->states, child.state)) continue;
    if (!Allows(fleet.retry->categories, child.category)) continue;
    if (!Allows(fleet.retry->repos, TestStores::RepoName(ordinal))) continue;
    const ModelAttempt last{child.runner, child.state, child.category, std::nullopt, child.generation};
    if (child.attempt > 0 && fleet.attempts.try_emplace({ordinal, child.attempt}, last).second) {
      fleet.recorded.insert({ordinal, child.attempt});
    }
    child.state = TaskState::kQueued;
    child.outcome = domain::Outcome::kUnspecified;
    child.category = domain::FailureCategory::kNone;
    child.tries = child.losses = child.faults = 0;
    child.generation = fleet.generation;
    child.runner = domain::Ulid();
    child.cancelling = child.unconfirmed = false;
    child.retry = child.ended = Moment();
    returned.insert(ordinal);
  }
  if (!returned.empty()) fleet.next_ordinal = std::min(fleet.next_ordinal, *returned.begin());
  fleet.retry.reset();
  Commit({{fleet_id, returned}});
  return {absl::StatusCode::kOk, static_cast<int32_t>(returned.size()), true};
}

std::string FleetModel::Update(const domain::Ulid& fleet_id, const store::PolicyUpdate& update) {
  ModelFleet& fleet = fleets.at(fleet_id);
  if (!fleet.IsOpen()) return "FLEET_ALREADY_ENDED";
  if (fleet.IsCancelling() || fleet.is_late) return "FLEET_CANCELLING";
  constexpr int64_t kNoDeadline = -1;
  const int64_t old_deadline = fleet.deadline.value_or(kNoDeadline);
  int64_t deadline = update.sets_deadline ? kNoDeadline : old_deadline;
  if (update.deadline.has_value()) deadline = absl::ToUnixMicros(*update.deadline);
  const bool changes = update.max_concurrency.value_or(fleet.cap) != fleet.cap ||
                       update.priority.value_or(fleet.priority) != fleet.priority || deadline != old_deadline;
  if (!changes) return "";
  if (update.max_concurrency.has_value()) fleet.cap = *update.max_concurrency;
  if (update.priority.has_value()) fleet.priority = *update.priority;
  if (update.sets_deadline) {
    jobs.erase({fleet_id, JobKind::kDeadline});
    fleet.deadline.reset();
  }
  if (update.deadline.has_value()) {
    fleet.deadline = absl::ToUnixMicros(*update.deadline);
    ModelJob& job = jobs[{fleet_id, JobKind::kDeadline}];
    job = {0, {Moment::Kind::kRead, *fleet.deadline}, false};
  }
  ++audits;
  Commit({{fleet_id, {}}});
  return "";
}

FleetModel::Stepped FleetModel::PassDeadline(const domain::Ulid& fleet_id) {
  ModelFleet& fleet = fleets.at(fleet_id);
  ModelJob& job = jobs.at({fleet_id, JobKind::kDeadline});
  const bool applies = fleet.IsOpen() && !fleet.IsCancelling() && fleet.deadline.has_value();
  if (applies && !fleet.is_late) {
    // It was put off.
    job = {job.cursor, {Moment::Kind::kRead, *fleet.deadline}, false};
    return {absl::StatusCode::kOk, 0, false};
  }
  jobs.erase({fleet_id, JobKind::kDeadline});
  if (!applies) return {absl::StatusCode::kOk, 0, true};
  fleet.expired = true;
  Commit({{fleet_id, {}}});
  jobs.try_emplace({fleet_id, JobKind::kSweep}, ModelJob{0, Moment::Now()});
  jobs.try_emplace({fleet_id, JobKind::kEndStragglers}, ModelJob{0, Moment::Now(30'000'000), false});
  return {absl::StatusCode::kOk, 0, true};
}

int FleetModel::ScheduleQueueAge() {
  int scheduled = 0;
  for (const auto& [id, fleet] : fleets) {
    if (limits.queue_age_seconds == 0 || !fleet.IsOpen() || fleet.IsCancelling() || fleet.paused) continue;
    const bool any_fresh = std::any_of(fleet.children.begin(), fleet.children.end(),
                                       [](const ModelChild& child) { return child.IsFresh(); });
    const bool any_due = fleet.next_retry.has_value() && IsDue(*fleet.next_retry);
    if (!fleet.is_aged || (!any_fresh && !any_due)) continue;
    scheduled += jobs.try_emplace({id, JobKind::kQueueAge}, ModelJob{0, Moment::Now()}).second ? 1 : 0;
  }
  return scheduled;
}

FleetModel::Stepped FleetModel::FailAged(const domain::Ulid& fleet_id) {
  jobs.erase({fleet_id, JobKind::kQueueAge});
  ModelFleet& fleet = fleets.at(fleet_id);
  const bool applies = limits.queue_age_seconds > 0 && fleet.IsOpen() && !fleet.IsCancelling() && !fleet.paused;
  std::set<int32_t> failed;
  for (int32_t ordinal = 1; applies && fleet.is_aged && ordinal <= fleet.Expanded(); ++ordinal) {
    ModelChild& child = fleet.Child(ordinal);
    // One that waits out a backoff is not kept waiting.
    if (!child.IsQueued() || (child.IsDelayed() && !IsDue(child.retry.micros))) continue;
    EndAttempt(fleet, ordinal, TaskState::kFailed);
    child.category = domain::FailureCategory::kConcurrency;
    failed.insert(ordinal);
  }
  if (!failed.empty()) Commit({{fleet_id, failed}});
  return {absl::StatusCode::kOk, static_cast<int32_t>(failed.size()), true};
}

std::string FleetModel::CancelTask(const domain::Ulid& fleet_id, int32_t ordinal) {
  const auto found = fleets.find(fleet_id);
  if (found == fleets.end()) return "FLEET_NOT_FOUND";
  ModelFleet& fleet = found->second;
  if (ordinal > fleet.Expanded()) return fleet.ChildrenAreToCome() ? "TASK_NOT_ENQUEUED" : "TASK_NOT_FOUND";
  ModelChild& child = fleet.Child(ordinal);
  if (child.state == TaskState::kCancelled || child.cancelling) return "";
  if (domain::IsTerminal(child.state)) return "TASK_ALREADY_ENDED";
  if (child.IsQueued()) {
    EndAttempt(fleet, ordinal, TaskState::kCancelled);
    child.category = domain::FailureCategory::kNone;
  } else {
    child.cancelling = true;
  }
  ++audits;
  Commit({{fleet_id, {ordinal}}});
  return "";
}

}  // namespace fleet::testing
