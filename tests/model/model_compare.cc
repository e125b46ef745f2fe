#include "tests/model/model_compare.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {
namespace {

using domain::TaskState;
using RowKind = ObservedRow::Kind;

constexpr const char* kFleetFields[] = {
    "priority",      "max_concurrency", "max_tries",     "state",      "total",        "expanded",
    "next_ordinal",  "queued",          "submitted",     "hydrating",  "running",      "awaiting_approval",
    "finalizing",    "completed",       "failed",        "cancelled",  "timed_out",    "unspecified",
    "pr_opened",     "pr_updated",      "branch_pushed", "no_changes", "report_only",  "auth",
    "network",       "concurrency",     "compute",       "agent",      "guardrail",    "config",
    "timeout",       "blocked",         "unknown",       "delayed",    "known_cost",   "cost_micros",
    "duration_ms",   "revision",        "cancel_mode",   "paused",     "is_failed",    "suspects",
    "pause_reasons", "generation",      "retrying",      "expired",    "open_targets", "deadline",
};
constexpr std::size_t kFleetNumbers = std::size(kFleetFields);

// The counters, counted.
void AddRollup(const ModelFleet& fleet, std::vector<std::optional<int64_t>>& values) {
  std::array<int64_t, domain::kTaskStateCount> states{};
  std::array<int64_t, domain::kOutcomeCount> outcomes{};
  std::array<int64_t, domain::kFailureCategoryCount> categories{};
  int64_t delayed = 0;
  int64_t known = 0;
  int64_t cost = 0;
  for (const ModelChild& child : fleet.children) {
    ++states[static_cast<std::size_t>(child.state)];
    if (child.state == TaskState::kCompleted) ++outcomes[static_cast<std::size_t>(child.outcome)];
    const bool failed = child.state == TaskState::kFailed || child.state == TaskState::kTimedOut;
    if (failed) ++categories[static_cast<std::size_t>(child.category)];
    if (child.IsDelayed()) ++delayed;
    if (child.cost_micros.has_value()) ++known;
    cost += child.cost_micros.value_or(0);
  }
  values.insert(values.end(), states.begin() + 1, states.end());
  values.insert(values.end(), outcomes.begin(), outcomes.end());
  values.insert(values.end(), categories.begin() + 1, categories.end());
  values.insert(values.end(), {delayed, known, cost, fleet.duration_ms, fleet.revision});
}

std::vector<std::optional<int64_t>> ExpectedFleet(const ModelFleet& fleet) {
  std::vector<std::optional<int64_t>> values = {
      fleet.priority, fleet.cap,        fleet.max_tries,   static_cast<int64_t>(fleet.state),
      fleet.total,    fleet.Expanded(), fleet.next_ordinal};
  AddRollup(fleet, values);
  const auto suspects = std::count_if(fleet.children.begin(), fleet.children.end(),
                                      [](const ModelChild& child) { return child.IsDelayed() && child.IsSuspect(); });
  values.insert(values.end(), {static_cast<int64_t>(fleet.cancel_mode), fleet.paused ? 1 : 0, fleet.failed ? 1 : 0,
                               suspects, fleet.paused ? 1 : 0, fleet.generation, fleet.retry.has_value() ? 1 : 0,
                               fleet.expired ? 1 : 0, fleet.open ? 1 : 0, fleet.deadline});
  return values;
}

std::string Show(std::optional<int64_t> value) { return value.has_value() ? absl::StrCat(*value) : "null"; }

std::string ChildName(const ModelFleet& fleet, int64_t ordinal) {
  return absl::StrCat("F", fleet.number, "-", ordinal);
}

// What an array of the elements looks like as text.
template <typename List, typename Format>
std::string ArrayText(const List& list, const Format& format) {
  return absl::StrCat("{", absl::StrJoin(list, ",", format), "}");
}

}  // namespace

void ModelCompare::Complain(const std::string& what) {
  if (complaint_.empty()) complaint_ = what;
}

void ModelCompare::Check(const std::string& what, const char* field, std::optional<int64_t> read,
                         std::optional<int64_t> expected) {
  if (read != expected) {
    Complain(absl::StrCat(what, ": ", field, " is ", Show(read), ", the model says ", Show(expected)));
  }
}

void ModelCompare::CheckText(const std::string& what, const std::string& read, const std::string& expected) {
  if (read != expected) Complain(absl::StrCat(what, ": is \"", read, "\", the model says \"", expected, "\""));
}

void ModelCompare::Read(Moment& moment, std::optional<int64_t> read, const std::string& what) {
  switch (moment.kind) {
    case Moment::Kind::kNever:
      if (read.has_value()) Complain(absl::StrCat(what, " is set, the model says never"));
      return;
    case Moment::Kind::kRead:
      if (read != moment.micros) {
        Complain(absl::StrCat(what, " changed from ", moment.micros, " to ", Show(read)));
      }
      return;
    case Moment::Kind::kUnread:
      break;
  }
  // A microsecond either way: times are rounded on their way.
  const int64_t first = since_ + moment.micros - 1;
  const int64_t last = observation_.now_micros + moment.micros + 1;
  if (!read.has_value() || *read < first || *read > last) {
    return Complain(absl::StrCat(what, " is ", Show(read), ", not between ", first, " and ", last));
  }
  moment = {Moment::Kind::kRead, *read};
}

ModelFleet* ModelCompare::FleetOf(const ObservedRow& row) {
  const auto fleet = model_.fleets.find(row.id);
  if (fleet != model_.fleets.end()) return &fleet->second;
  Complain("there is a row of a fleet that the model does not know");
  return nullptr;
}

std::string ModelCompare::Compare() {
  // Children before fleets: a fleet's row sums up what the clock gave its children.
  for (const ObservedRow& row : observation_.rows) {
    if (row.kind == RowKind::kTask) CompareTask(row);
  }
  for (const ObservedRow& row : observation_.rows) {
    if (row.kind == RowKind::kFleet) CompareFleet(row);
    if (row.kind == RowKind::kChange) CompareChange(row);
    if (row.kind == RowKind::kAttempt) CompareAttempt(row);
    if (row.kind == RowKind::kRunner) CompareRunner(row);
    if (row.kind == RowKind::kJob) CompareJob(row);
    if (row.kind == RowKind::kGrant) CompareGrant(row);
  }
  CheckAllWereSeen();
  BeginStep();
  return complaint_;
}

void ModelCompare::CompareTask(const ObservedRow& row) {
  ModelFleet* fleet = FleetOf(row);
  if (fleet == nullptr) return;
  const std::string name = ChildName(*fleet, row.number);
  if (row.number < 1 || row.number > fleet->Expanded()) return Complain(absl::StrCat(name, " is there too early"));
  const auto ordinal = static_cast<int32_t>(row.number);
  ModelChild& child = fleet->Child(ordinal);
  seen_tasks_[row.id].insert(ordinal);
  Check(name, "state", row.values[0], static_cast<int64_t>(child.state));
  Check(name, "outcome", row.values[1], static_cast<int64_t>(child.outcome));
  Check(name, "category", row.values[2], static_cast<int64_t>(child.category));
  Check(name, "attempt", row.values[3], child.attempt);
  Check(name, "tries", row.values[4], child.tries);
  Check(name, "losses", row.values[5], child.losses);
  Check(name, "cost_micros", row.values[6], child.cost_micros);
  Read(child.retry, row.values[8], name + ": retry_at");
  Read(child.leased, row.values[9], name + ": leased_at");
  Read(child.ended, row.values[10], name + ": ended_at");
  Check(name, "generation", row.values[11], child.generation);
  Check(name, "faults", row.values[12], child.faults);
  Check(name, "is_cancelling", row.values[13], child.cancelling ? 1 : 0);
  if (fleet->measured.count(ordinal) > 0) {
    const int64_t least = (since_ - child.leased.micros) / 1000 - 1;
    const int64_t most = (observation_.now_micros - child.leased.micros) / 1000 + 1;
    const int64_t read = row.values[7].value_or(-1);
    if (read < least || read > most) {
      Complain(absl::StrCat(name, ": duration_ms is ", read, ", not between ", least, " and ", most));
    }
    child.duration_ms = read;
    fleet->duration_ms += read;
    fleet->measured.erase(ordinal);
  }
  Check(name, "duration_ms", row.values[7], child.duration_ms);
  CheckText(name, row.text,
            absl::StrCat(child.runner.IsNone() ? "" : child.runner.ToUuid(), "|", TestStores::RepoName(ordinal), "|",
                         child.pull_request_url, "|", child.commit));
}

void ModelCompare::CompareFleet(const ObservedRow& row) {
  ModelFleet* fleet = FleetOf(row);
  if (fleet == nullptr) return;
  seen_fleets_.insert(row.id);
  const std::string name = absl::StrCat("F", fleet->number);
  const std::vector<std::optional<int64_t>> expected = ExpectedFleet(*fleet);
  for (std::size_t i = 0; i < kFleetNumbers; ++i) Check(name, kFleetFields[i], row.values[i], expected[i]);
  Read(fleet->queue_since, row.values[kFleetNumbers], name + ": queue_since");
  CompareNextRetry(*fleet, row.values[kFleetNumbers + 1]);
  Read(fleet->started, row.values[kFleetNumbers + 2], name + ": started_at");
  Read(fleet->ended, row.values[kFleetNumbers + 3], name + ": ended_at");
  const int64_t updated = row.values[kFleetNumbers + 4].value_or(0);
  if (fleet->touched && updated < since_) Complain(absl::StrCat(name, ": updated_at is old"));
  CheckText(name, row.text, absl::StrCat(fleet->creator, "|", fleet->pool, "|", fleet->cancelled_by));
}

// A lower bound of the children's retry times: the least of them, or older.
void ModelCompare::CompareNextRetry(ModelFleet& fleet, std::optional<int64_t> read) {
  std::optional<int64_t> bound = fleet.next_retry;
  const std::optional<int64_t> exact = fleet.FirstRetry();
  for (const auto& [ordinal, waits] : fleet.requeued) {
    const int64_t retry = fleet.Child(ordinal).retry.micros;
    bound = std::min(bound.value_or(retry), retry);
  }
  const std::string name = absl::StrCat("F", fleet.number);
  if (!exact.has_value() || fleet.retries_reread) bound = exact;
  if (fleet.retries_may_be_reread && read == exact) bound = exact;
  Check(name, "next_retry_at", read, bound);
  if (exact.has_value() && read.value_or(kFutureMicros * 2) > *exact) {
    Complain(absl::StrCat(name, ": a retry is due before next_retry_at"));
  }
  fleet.next_retry = read;
}

void ModelCompare::CompareChange(const ObservedRow& row) {
  ModelFleet* fleet = FleetOf(row);
  if (fleet == nullptr) return;
  const std::string name = absl::StrCat("F", fleet->number, " revision ", row.number);
  if (row.number < 1 || row.number > fleet->revision) return Complain(absl::StrCat(name, " is not expected"));
  seen_changes_[row.id].insert(row.number);
  std::set<int32_t> told;
  for (int64_t i = row.values[0].value_or(1); i <= row.values[1].value_or(0); ++i) told.insert(static_cast<int32_t>(i));
  for (const auto& ordinal : ParseNumbers(row.text.c_str())) told.insert(static_cast<int32_t>(ordinal.value_or(0)));
  const std::set<int32_t>& moved = fleet->feed[static_cast<std::size_t>(row.number) - 1];
  if (told != moved) {
    Complain(absl::StrCat(name, ": tells of {", absl::StrJoin(told, ","), "}, moved were {", absl::StrJoin(moved, ","),
                          "}"));
  }
}

void ModelCompare::CompareAttempt(const ObservedRow& row) {
  ModelFleet* fleet = FleetOf(row);
  if (fleet == nullptr) return;
  const auto ordinal = static_cast<int32_t>(row.number);
  const auto attempt = static_cast<int32_t>(row.values[0].value_or(0));
  const std::string name = absl::StrCat(ChildName(*fleet, ordinal), "#", attempt, " as recorded");
  const auto found = fleet->attempts.find({ordinal, attempt});
  if (found == fleet->attempts.end()) return Complain(absl::StrCat(name, " is not expected"));
  seen_attempts_[row.id].insert({ordinal, attempt});
  const ModelAttempt& expected = found->second;
  Check(name, "state", row.values[1], static_cast<int64_t>(expected.state));
  Check(name, "category", row.values[2], static_cast<int64_t>(expected.category));
  Check(name, "cost_micros", row.values[3], expected.cost_micros);
  Check(name, "generation", row.values[4], expected.generation);
  CheckText(name, row.text, expected.runner.IsNone() ? "" : expected.runner.ToUuid());
}

void ModelCompare::CompareRunner(const ObservedRow& row) {
  const auto found = model_.runners.find(row.id);
  if (found == model_.runners.end()) return Complain("there is a runner that the model does not know");
  seen_runners_.insert(row.id);
  const ModelRunner& runner = found->second;
  const std::string name = absl::StrCat("R", runner.number);
  Check(name, "state", row.values[0], static_cast<int64_t>(runner.state));
  Check(name, "slots", row.values[1], runner.slots);
  Check(name, "heartbeat_seq", row.values[2], runner.heartbeat_seq);
  Check(name, "received_lease_seq", row.values[3], runner.received_lease_seq);
  CheckText(name, row.text, runner.pool);
}

void ModelCompare::CompareJob(const ObservedRow& row) {
  const ModelFleet* fleet = FleetOf(row);
  if (fleet == nullptr) return;
  const auto kind = static_cast<store::JobKind>(row.number);
  const std::string name = absl::StrCat("job ", row.number, " of F", fleet->number);
  const auto found = model_.jobs.find({row.id, kind});
  if (found == model_.jobs.end()) return Complain(absl::StrCat(name, " is not expected"));
  seen_jobs_.insert({row.id, kind});
  Check(name, "cursor", row.values[0], found->second.cursor);
  Check(name, "failures", row.values[1], 0);
  Read(found->second.not_before, row.values[2], name + ": not_before");
}

void ModelCompare::CompareGrant(const ObservedRow& row) {
  const auto runner = model_.runners.find(row.id);
  if (runner == model_.runners.end()) return Complain("there is a grant to a runner that the model does not know");
  const std::string name = absl::StrCat("answer ", row.number, " to R", runner->second.number);
  const auto grant = runner->second.grants.find(row.number);
  if (grant == runner->second.grants.end()) return Complain(absl::StrCat(name, " is not expected"));
  seen_grants_[row.id].insert(row.number);
  using store::GrantedTask;
  const auto fleet_id = [](std::string* out, const GrantedTask& task) {
    absl::StrAppend(out, task.id.fleet_id.ToUuid());
  };
  const auto ordinal = [](std::string* out, const GrantedTask& task) { absl::StrAppend(out, task.id.ordinal); };
  const auto attempt = [](std::string* out, const GrantedTask& task) { absl::StrAppend(out, task.attempt); };
  CheckText(name, row.text,
            absl::StrCat(ArrayText(grant->second, fleet_id), ArrayText(grant->second, ordinal),
                         ArrayText(grant->second, attempt)));
}

// What must have been written was.
void ModelCompare::CheckAllWereSeen() {
  int64_t grants = 0;
  for (const auto& [id, fleet] : model_.fleets) {
    const std::string name = absl::StrCat("F", fleet.number);
    if (fleet.touched || is_full_) {
      if (seen_fleets_.count(id) == 0) Complain(absl::StrCat(name, " was not written"));
      for (int64_t revision = is_full_ ? 1 : fleet.compared_revision + 1; revision <= fleet.revision; ++revision) {
        if (seen_changes_[id].count(revision) == 0) Complain(absl::StrCat(name, " revision ", revision, " is missing"));
      }
    }
    for (int32_t ordinal = 1; is_full_ && ordinal <= fleet.Expanded(); ++ordinal) {
      if (seen_tasks_[id].count(ordinal) == 0) Complain(absl::StrCat(ChildName(fleet, ordinal), " is missing"));
    }
    for (const int32_t ordinal : fleet.moved) {
      if (seen_tasks_[id].count(ordinal) == 0) Complain(absl::StrCat(ChildName(fleet, ordinal), " was not written"));
    }
    for (const auto& [ordinal, attempt] : fleet.recorded) {
      const bool seen = seen_attempts_[id].count({ordinal, attempt}) > 0;
      if (!seen) Complain(absl::StrCat(ChildName(fleet, ordinal), "#", attempt, " was not recorded"));
    }
    if (is_full_ && seen_attempts_[id].size() != fleet.attempts.size()) Complain(name + ": attempts are missing");
  }
  for (const auto& [id, runner] : model_.runners) {
    const std::string name = absl::StrCat("R", runner.number);
    if (runner.touched && seen_runners_.count(id) == 0) Complain(absl::StrCat(name, " was not written"));
    for (const int64_t seq : runner.granted) {
      if (seen_grants_[id].count(seq) == 0) Complain(absl::StrCat("answer ", seq, " to ", name, " was not stored"));
    }
    grants += static_cast<int64_t>(runner.grants.size());
  }
  for (const auto& [key, job] : model_.jobs) {
    if (seen_jobs_.count(key) == 0) Complain(absl::StrCat("a job of ", NameOf(model_, key.first), " is missing"));
  }
  Check("lease_grants", "count", observation_.grants, grants);
  Check("audit_events", "count", observation_.audits, model_.audits);
  Check("runners", "count", observation_.runners, static_cast<int64_t>(model_.runners.size()));
}

void ModelCompare::BeginStep() {
  for (auto& [id, fleet] : model_.fleets) {
    fleet.touched = false;
    fleet.moved.clear();
    fleet.recorded.clear();
    fleet.measured.clear();
    fleet.retries_reread = false;
    fleet.retries_may_be_reread = false;
    fleet.compared_revision = fleet.revision;
  }
  for (auto& [id, runner] : model_.runners) {
    runner.touched = false;
    runner.granted.clear();
  }
}

}  // namespace fleet::testing
