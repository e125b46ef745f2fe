#include "tests/model/model_world.h"

#include <algorithm>
#include <iostream>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "tests/model/model_compare.h"

namespace fleet::testing {
namespace {

constexpr std::size_t kLogLines = 40;

constexpr char kStartOver[] = R"sql(
  truncate fleets, fleet_intents, fleet_targets, tasks, task_parameters, task_attempts, fleet_changes, fleet_jobs,
    runners, lease_grants, users, fleet_generations, fleet_parts, fleet_traces, audit_events, limit_overrides;
  update limits l set value = d.value from (values ('system_active', 40), ('user_active', 24),
    ('fleet_active_default', 8), ('open_fleets_system', 30), ('open_fleets_user', 14), ('pool_active', 1000000),
    ('queue_age_seconds', 0)) as d(name, value)
  where l.name = d.name
)sql";

}  // namespace

absl::Status Differs(absl::string_view what) { return absl::InternalError(what); }

ModelWorld::ModelWorld(const std::string& url, uint64_t seed)
    : random(seed),
      database(url),
      stores(url, kRepositories, [this] { return model.jitter; }),
      // Never polls: what is tried when depends on the driver alone.
      dispatcher_(
          [this](const std::vector<store::LeaseDemand>& demands) -> absl::StatusOr<std::vector<store::LeaseAnswer>> {
            if (demands.size() == 1 && demands[0].runner_id.IsNone()) {
              lease_batch_.Hold();
              return std::vector<store::LeaseAnswer>(1);
            }
            return stores.dispatch.Dispatch(demands);
          },
          Clock::System(), {.poll_interval = absl::Hours(24 * 365)}),
      batcher_(
          [this](const std::vector<domain::TaskReport>& reports) -> absl::StatusOr<std::vector<store::ReportAnswer>> {
            if (reports.size() == 1 && reports[0].runner_id.IsNone()) {
              report_batch_.Hold();
              return std::vector<store::ReportAnswer>(1);
            }
            return stores.reports.Apply(reports);
          },
          [](const auto&, const auto&) {}, {}) {
  StartOver();
}

void ModelWorld::StartOver() {
  checker_.reset();
  database.Execute(kStartOver);
  model.fleets.clear();
  model.runners.clear();
  model.jobs.clear();
  model.generations.clear();
  model.audits = 0;
  model.limits = {.system_active = 40,
                  .user_active = 24,
                  .fleet_active_default = 8,
                  .open_fleets_system = 30,
                  .open_fleets_user = 14};
  runners.clear();
  sent.clear();
  watchers.clear();
  const Observation observation = database.Observe(0);
  horizon_ = observation.horizon;
  compared_at_ = observation.now_micros;
  checker_ = std::make_unique<InvariantChecker>(stores.url, InvariantChecker::Mode::kOnDemand);
}

absl::Status ModelWorld::Compare(bool is_full) {
  const Observation observation = database.Observe(is_full ? 0 : horizon_);
  std::string complaint = ModelCompare(model, observation, compared_at_, is_full).Compare();
  if (!complaint.empty()) return Differs(complaint);
  PinRetries();
  horizon_ = observation.horizon;
  compared_at_ = observation.now_micros;
  return absl::OkStatus();
}

absl::Status ModelWorld::Look() {
  FLEET_RETURN_IF_ERROR(checker_->Look());
  const std::vector<std::string> violations = checker_->violations();
  if (violations.empty()) return absl::OkStatus();
  return Differs(absl::StrCat("the invariant checker: ", absl::StrJoin(violations, "\n")));
}

absl::Status ModelWorld::FinishLooking() { return checker_->Finish(); }

void ModelWorld::PinRetries() {
  std::map<domain::Ulid, std::set<int32_t>> due;
  std::map<domain::Ulid, std::set<int32_t>> waiting;
  for (auto& [id, fleet] : model.fleets) {
    for (const auto& [ordinal, waits] : fleet.requeued) (waits ? waiting : due)[id].insert(ordinal);
    fleet.requeued.clear();
  }
  if (!due.empty()) Pin(due, true);
  if (!waiting.empty()) Pin(waiting, false);
}

void ModelWorld::Pin(const std::map<domain::Ulid, std::set<int32_t>>& retries, bool due) {
  std::vector<std::tuple<int64_t, domain::Ulid, int32_t>> order;
  for (const auto& [id, ordinals] : retries) {
    for (const int32_t ordinal : ordinals)
      order.push_back({model.fleets.at(id).Child(ordinal).retry.micros, id, ordinal});
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> tasks;
  std::vector<std::string> fleets;
  for (const auto& [id, ordinals] : retries) {
    ModelFleet& fleet = model.fleets.at(id);
    // An older bound stays as it is.
    if (fleet.next_retry == fleet.FirstRetry()) fleet.next_retry.reset();
  }
  for (const auto& [before, id, ordinal] : order) {
    const int64_t at = (due ? kPastMicros : kFutureMicros) + ++pins_;
    model.fleets.at(id).Child(ordinal).retry.micros = at;
    tasks.push_back(absl::StrCat("('", id.ToUuid(), "'::uuid,", ordinal, ",", at, ")"));
  }
  for (const auto& [id, ordinals] : retries) {
    ModelFleet& fleet = model.fleets.at(id);
    const int64_t first = *fleet.FirstRetry();
    fleet.next_retry = std::min(fleet.next_retry.value_or(first), first);
    fleets.push_back(absl::StrCat("('", id.ToUuid(), "'::uuid,", *fleet.next_retry, ")"));
  }
  database.Execute(absl::StrCat(
      "with moved as (update tasks t set retry_at = timestamptz 'epoch' + v.at * interval '1 microsecond' from "
      "(values ",
      absl::StrJoin(tasks, ","),
      ") as v(fleet_id, ordinal, at) where t.fleet_id = v.fleet_id and t.ordinal = v.ordinal) "
      "update fleets f set next_retry_at = timestamptz 'epoch' + v.at * interval '1 microsecond' from (values ",
      absl::StrJoin(fleets, ","), ") as v(fleet_id, at) where f.fleet_id = v.fleet_id"));
}

absl::StatusOr<std::vector<store::LeaseAnswer>> ModelWorld::LeaseTogether(
    const std::vector<store::LeaseDemand>& demands) {
  const bool held = demands.size() > 1;
  if (held) {
    dispatcher_.Park({}, absl::ZeroDuration(), [](const auto&) {});
    lease_batch_.AwaitHold();
  }
  std::vector<absl::StatusOr<store::LeaseAnswer>> answers(demands.size());
  const auto left = std::make_shared<AnswerCount>(demands.size());
  for (std::size_t i = 0; i < demands.size(); ++i) {
    dispatcher_.Park(demands[i], absl::ZeroDuration(), [&answers, left, i](absl::StatusOr<store::LeaseAnswer> answer) {
      answers[i] = std::move(answer);
      left->CountDown();
    });
  }
  if (held) lease_batch_.Release();
  left->Await();
  std::vector<store::LeaseAnswer> all;
  for (absl::StatusOr<store::LeaseAnswer>& answer : answers) {
    FLEET_RETURN_IF_ERROR(answer.status());
    all.push_back(*std::move(answer));
  }
  return all;
}

absl::StatusOr<std::vector<ModelWorld::Outcomes>> ModelWorld::ReportTogether(
    const std::vector<std::vector<domain::TaskReport>>& submissions) {
  const bool held = submissions.size() > 1;
  if (held) {
    batcher_.Submit({domain::TaskReport()}, [](const auto&) {});
    report_batch_.AwaitHold();
  }
  std::vector<absl::StatusOr<Outcomes>> answers(submissions.size());
  const auto left = std::make_shared<AnswerCount>(submissions.size());
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    batcher_.Submit(submissions[i], [&answers, left, i](absl::StatusOr<Outcomes> answer) {
      answers[i] = std::move(answer);
      left->CountDown();
    });
  }
  if (held) report_batch_.Release();
  left->Await();
  std::vector<Outcomes> all;
  for (absl::StatusOr<Outcomes>& answer : answers) {
    FLEET_RETURN_IF_ERROR(answer.status());
    all.push_back(*std::move(answer));
  }
  return all;
}

domain::Ulid ModelWorld::NextId() { return domain::Ulid::Generate(absl::FromUnixMillis(1'500'000'000'000 + ++ids_)); }

void ModelWorld::Log(std::string what) {
  // FNV-1a.
  for (const char c : what) log_digest_ = (log_digest_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
  log_.push_back(absl::StrCat(step_, ": ", what));
  if (!trace_.empty() && absl::StrContains(what, trace_)) std::cout << log_.back() << std::endl;
  if (log_.size() > kLogLines) log_.pop_front();
}

std::vector<ModelFleet*> ModelWorld::FleetsWhere(bool (*holds)(const ModelFleet&)) {
  std::vector<ModelFleet*> found;
  for (auto& [id, fleet] : model.fleets) {
    if (holds(fleet)) found.push_back(&fleet);
  }
  return found;
}

RunnerView& ModelWorld::AddRunner(const std::string& pool) {
  RunnerView& runner = runners.emplace_back();
  runner.id = NextId();
  runner.pool = pool;
  return runner;
}

}  // namespace fleet::testing
