#include "tests/model/fleet_model.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::CancelMode;
using domain::FleetState;
using domain::TaskState;
using store::JobKind;

constexpr int64_t kHourMicros = int64_t{3600} * 1'000'000;

bool InFlight(TaskState state) {
  return state != TaskState::kQueued && state != TaskState::kCompleted && state != TaskState::kFailed &&
         state != TaskState::kCancelled && state != TaskState::kTimedOut;
}

bool IsQueued(TaskState state) { return state == TaskState::kQueued; }

FleetState StateOf(const ModelFleet& fleet) {
  int32_t left = 0;
  int32_t completed = 0;
  for (const ModelChild& child : fleet.children) {
    if (child.IsQueued() || InFlight(child.state)) ++left;
    if (child.state == TaskState::kCompleted) ++completed;
  }
  // A fleet that was never sealed has nothing to bring to an end.
  if (fleet.open && fleet.IsCancelling()) {
    return fleet.cancel_mode != CancelMode::kNone && !fleet.failed ? FleetState::kCancelled : FleetState::kFailed;
  }
  if (fleet.open) return fleet.paused ? FleetState::kPaused : FleetState::kPending;
  const bool expanding = fleet.Expanded() < fleet.total;
  const bool is_over = left == 0 && !fleet.retry.has_value();
  if (fleet.failed) return is_over ? FleetState::kFailed : FleetState::kCancelling;
  if (fleet.cancel_mode != CancelMode::kNone) {
    return is_over && !expanding ? FleetState::kCancelled : FleetState::kCancelling;
  }
  if (is_over && !expanding) {
    if (completed == 0) return FleetState::kFailed;
    return completed == fleet.total ? FleetState::kCompleted : FleetState::kPartialFailure;
  }
  if (fleet.expired) return FleetState::kCancelling;
  if (fleet.paused) return FleetState::kPaused;
  if (fleet.children.empty()) return FleetState::kPending;
  return expanding ? FleetState::kExpanding : FleetState::kRunning;
}

}  // namespace

int32_t ModelFleet::Active() const {
  return static_cast<int32_t>(
      std::count_if(children.begin(), children.end(), [](const ModelChild& child) { return InFlight(child.state); }));
}

std::optional<int64_t> ModelFleet::FirstRetry() const {
  std::optional<int64_t> first;
  for (const ModelChild& child : children) {
    if (child.IsDelayed()) first = std::min(first.value_or(child.retry.micros), child.retry.micros);
  }
  return first;
}

int32_t FleetModel::ActiveOf(const std::string& user) const {
  int32_t active = 0;
  for (const auto& [id, fleet] : fleets) active += user.empty() || fleet.creator == user ? fleet.Active() : 0;
  return active;
}

int32_t FleetModel::ActiveIn(const std::string& pool) const {
  int32_t active = 0;
  for (const auto& [id, fleet] : fleets) active += fleet.pool == pool ? fleet.Active() : 0;
  return active;
}

int32_t FleetModel::OpenOf(const std::string& user) const {
  int32_t open = 0;
  for (const auto& [id, fleet] : fleets) open += (user.empty() || fleet.creator == user) && fleet.IsOpen() ? 1 : 0;
  return open;
}

bool FleetModel::MayOpen(const std::string& user) const {
  const auto exception = limits.overrides.find({"open_fleets_user", user});
  const int32_t most = exception == limits.overrides.end() ? limits.open_fleets_user : exception->second;
  return OpenOf(user) < most && OpenOf("") < limits.open_fleets_system;
}

void FleetModel::Commit(const Moved& moved) {
  for (const auto& [id, ordinals] : moved) {
    ModelFleet& fleet = fleets.at(id);
    ++fleet.revision;
    fleet.feed.push_back(ordinals);
    fleet.moved.insert(ordinals.begin(), ordinals.end());
    fleet.touched = true;
    fleet.state = StateOf(fleet);
    if (fleet.IsOpen()) fleet.ended = Moment();
    if (!fleet.IsOpen() && !fleet.ended.IsSet()) fleet.ended = Moment::Now();
    const bool any_submitted = std::any_of(fleet.children.begin(), fleet.children.end(), [](const ModelChild& child) {
      return child.state == TaskState::kSubmitted;
    });
    if (any_submitted && !fleet.started.IsSet()) fleet.started = Moment::Now();
  }
}

FleetModel::Submitted FleetModel::Submit(const domain::Caller& caller, const store::NewFleet& fleet, bool known) {
  for (const auto& [id, earlier] : fleets) {
    if (fleet.request_id.empty() || earlier.creator != caller.user || earlier.request_id != fleet.request_id) continue;
    if (earlier.fingerprint != fleet.request_fingerprint) return {absl::StatusCode::kAlreadyExists, false, {}};
    return {absl::StatusCode::kOk, true, id};
  }
  if (!known) return {absl::StatusCode::kNotFound, false, {}};
  if (!MayOpen(caller.user)) return {absl::StatusCode::kResourceExhausted, false, {}};
  ModelFleet& added = fleets[fleet.id];
  added.number = next_number_++;
  added.id = fleet.id;
  added.creator = caller.user;
  added.pool = fleet.pool;
  added.request_id = fleet.request_id;
  added.fingerprint = fleet.request_fingerprint;
  const int32_t default_cap = std::max(1, limits.fleet_active_default);
  added.cap = fleet.policy.max_concurrency > 0 ? fleet.policy.max_concurrency : default_cap;
  added.max_tries = fleet.policy.max_tries;
  added.total = static_cast<int32_t>(fleet.targets.size());
  if (added.total > 0) added.chunks = {added.total};
  added.open = fleet.open_targets;
  added.queue_since = Moment::Now();
  if (fleet.open_targets) {
    jobs[{fleet.id, JobKind::kSealDeadline}] = ModelJob{0, Moment::Now(kHourMicros), false};
  } else {
    jobs[{fleet.id, JobKind::kExpand}].not_before = Moment::Now();
  }
  Commit({{fleet.id, {}}});
  return {absl::StatusCode::kOk, false, fleet.id};
}

FleetModel::Added FleetModel::AddTargets(const store::NewPart& part, bool known) {
  const auto found = fleets.find(part.fleet_id);
  if (found == fleets.end()) return {"FLEET_NOT_FOUND", false};
  ModelFleet& fleet = found->second;
  const auto earlier = fleet.parts.find(part.part);
  if (earlier != fleet.parts.end()) {
    const bool same = earlier->second == part.fingerprint;
    return {same ? "" : "PART_REUSED", same};
  }
  if (!fleet.open) return {"FLEET_SEALED", false};
  if (!fleet.IsOpen()) return {"FLEET_ALREADY_ENDED", false};
  for (const store::NewTarget& target : part.targets) {
    for (int32_t ordinal = 1; ordinal <= fleet.total; ++ordinal) {
      if (TestStores::RepoName(ordinal) == target.repo) return {"INVALID_ARGUMENT", false};
    }
  }
  if (!known) return {"REPO_NOT_ONBOARDED", false};
  fleet.parts[part.part] = part.fingerprint;
  fleet.chunks.push_back(static_cast<int32_t>(part.targets.size()));
  fleet.total += fleet.chunks.back();
  ++audits;
  Commit({{fleet.id, {}}});
  return {};
}

std::string FleetModel::Seal(const domain::Ulid& fleet_id, std::optional<int32_t> total) {
  ModelFleet& fleet = fleets.at(fleet_id);
  if (total.value_or(fleet.total) != fleet.total) return "TARGETS_DIFFER";
  if (!fleet.open) return "";
  if (!fleet.IsOpen()) return "FLEET_ALREADY_ENDED";
  if (fleet.total == 0) return "NO_TARGETS";
  fleet.open = false;
  // Nothing waited for a slot before.
  fleet.queue_since = Moment::Now();
  fleet.is_aged = false;
  jobs.erase({fleet_id, JobKind::kSealDeadline});
  jobs[{fleet_id, JobKind::kExpand}].not_before = Moment::Now();
  ++audits;
  Commit({{fleet_id, {}}});
  return "";
}

FleetModel::Stepped FleetModel::PassSealDeadline(const domain::Ulid& fleet_id) {
  jobs.erase({fleet_id, JobKind::kSealDeadline});
  ModelFleet& fleet = fleets.at(fleet_id);
  if (fleet.open && fleet.IsOpen()) {
    fleet.failed = true;
    Commit({{fleet_id, {}}});
  }
  return {absl::StatusCode::kOk, 0, true};
}

std::optional<domain::Ulid> FleetModel::NextJob(JobKind kind) const {
  std::optional<domain::Ulid> next;
  int64_t since = kFutureMicros;
  for (const auto& [key, job] : jobs) {
    if (key.second != kind || !job.is_due || job.not_before.micros >= since) continue;
    next = key.first;
    since = job.not_before.micros;
  }
  return next;
}

FleetModel::Stepped FleetModel::Expand(const domain::Ulid& fleet_id) {
  ModelFleet& fleet = fleets.at(fleet_id);
  ModelJob& job = jobs.at({fleet_id, JobKind::kExpand});
  const int32_t chunk = job.cursor;
  if (fleet.broken_chunk == chunk) {
    jobs.erase({fleet_id, JobKind::kExpand});
    if (!fleet.IsOpen()) return {absl::StatusCode::kDataLoss, 0, false};
    fleet.failed = true;
    Commit({{fleet_id, {}}});
    for (const JobKind kind : {JobKind::kSweep, JobKind::kEndStragglers}) {
      jobs.try_emplace({fleet_id, kind}, ModelJob{0, Moment::Now()});
    }
    return {absl::StatusCode::kDataLoss, 0, false};
  }
  std::set<int32_t> created;
  for (int32_t i = 0; i < fleet.chunks[static_cast<std::size_t>(chunk)]; ++i) {
    ModelChild& child = fleet.children.emplace_back();
    created.insert(fleet.Expanded());
    if (!fleet.IsCancelling()) continue;
    child.state = fleet.EndsByDeadline() ? TaskState::kTimedOut : TaskState::kCancelled;
    if (fleet.EndsByDeadline()) child.category = domain::FailureCategory::kTimeout;
    child.ended = Moment::Now();
  }
  job.cursor = chunk + 1;
  job.not_before = Moment::Now();
  const bool finished = fleet.Expanded() == fleet.total;
  if (finished) jobs.erase({fleet_id, JobKind::kExpand});
  Commit({{fleet_id, created}});
  return {absl::StatusCode::kOk, static_cast<int32_t>(created.size()), finished};
}

FleetModel::Stepped FleetModel::CancelWhere(const domain::Ulid& fleet_id, JobKind kind, bool (*applies)(TaskState)) {
  jobs.erase({fleet_id, kind});
  ModelFleet& fleet = fleets.at(fleet_id);
  std::set<int32_t> cancelled;
  for (int32_t ordinal = 1; fleet.IsOpen() && fleet.IsCancelling() && ordinal <= fleet.Expanded(); ++ordinal) {
    ModelChild& child = fleet.Child(ordinal);
    if (!applies(child.state)) continue;
    if (InFlight(child.state)) child.runner = domain::Ulid();
    Close(fleet, ordinal);
    cancelled.insert(ordinal);
  }
  if (!cancelled.empty()) Commit({{fleet_id, cancelled}});
  return {absl::StatusCode::kOk, static_cast<int32_t>(cancelled.size()), true};
}

FleetModel::Stepped FleetModel::Sweep(const domain::Ulid& fleet_id) {
  return CancelWhere(fleet_id, JobKind::kSweep, &IsQueued);
}

FleetModel::Stepped FleetModel::EndStragglers(const domain::Ulid& fleet_id) {
  return CancelWhere(fleet_id, JobKind::kEndStragglers, &InFlight);
}

absl::StatusCode FleetModel::Cancel(const domain::Ulid& fleet_id, CancelMode mode, const std::string& user,
                                    absl::Duration grace) {
  const auto found = fleets.find(fleet_id);
  if (found == fleets.end()) return absl::StatusCode::kNotFound;
  ModelFleet& fleet = found->second;
  if (!fleet.IsOpen()) {
    return fleet.state == FleetState::kCancelled ? absl::StatusCode::kOk : absl::StatusCode::kFailedPrecondition;
  }
  const bool first = fleet.cancel_mode == CancelMode::kNone;
  if (!first && (fleet.cancel_mode == CancelMode::kStop || mode == CancelMode::kDrain)) return absl::StatusCode::kOk;
  fleet.cancel_mode = mode;
  if (first) fleet.cancelled_by = user;
  ++audits;
  Commit({{fleet_id, {}}});
  if (first) jobs.try_emplace({fleet_id, JobKind::kSweep}, ModelJob{0, Moment::Now()});
  if (mode == CancelMode::kStop) {
    jobs.try_emplace({fleet_id, JobKind::kEndStragglers},
                     ModelJob{0, Moment::Now(absl::ToInt64Microseconds(grace)), grace == absl::ZeroDuration()});
  }
  return absl::StatusCode::kOk;
}

bool FleetModel::SetPaused(const domain::Ulid& fleet_id, bool paused) {
  ModelFleet& fleet = fleets.at(fleet_id);
  if (fleet.paused == paused) return false;
  fleet.paused = paused;
  // What waited while it was paused has not waited for a slot.
  if (!paused) fleet.queue_since = Moment::Now();
  if (!paused) fleet.is_aged = false;
  ++audits;
  Commit({{fleet_id, {}}});
  return true;
}

std::string NameOf(const FleetModel& model, const domain::Ulid& fleet_id) {
  const auto found = model.fleets.find(fleet_id);
  return found == model.fleets.end() ? "F?" : absl::StrCat("F", found->second.number);
}

std::string NameOf(const FleetModel& model, const store::GrantedTask& lease) {
  return absl::StrCat(NameOf(model, lease.id.fleet_id), "-", lease.id.ordinal, "#", lease.attempt);
}

std::string RunnerName(const FleetModel& model, const domain::Ulid& runner_id) {
  if (runner_id.IsNone()) return "nobody";
  const auto found = model.runners.find(runner_id);
  return found == model.runners.end() ? "R?" : absl::StrCat("R", found->second.number);
}

}  // namespace fleet::testing
