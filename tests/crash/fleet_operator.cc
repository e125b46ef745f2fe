#include "tests/crash/fleet_operator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace fleet::crash {
namespace {

constexpr absl::Duration kOperatorPause = absl::Milliseconds(50);
// A service may be frozen late, or never.
constexpr absl::Duration kOperatorPatience = absl::Seconds(2);

bool IsAnswer(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsAborted(status) && !absl::IsDeadlineExceeded(status);
}

}  // namespace

FleetOperator::FleetOperator(const CrashSchedule& schedule, std::vector<std::string> addresses)
    : schedule_(schedule), addresses_(std::move(addresses)), accepted_(schedule.fleets.size()) {
  thread_ = std::thread([this] { Run(); });
}

FleetOperator::~FleetOperator() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

void FleetOperator::Run() {
  Submit(0);
  std::vector<Step> steps;
  for (std::size_t i = 1; i < schedule_.fleets.size(); ++i) steps.push_back({schedule_.fleets[i].at, i, std::nullopt});
  for (const OperatorAction& action : schedule_.actions) {
    const absl::Duration after = schedule_.fleets[static_cast<std::size_t>(action.fleet)].at;
    steps.push_back({after + action.at, std::nullopt, action});
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
  const absl::Time start = started().value_or(absl::Now());
  for (const Step& step : steps) {
    if (!WaitUntilTime(start + step.at)) return;
    if (step.plan.has_value()) Submit(*step.plan);
    if (step.action.has_value() && step.action->during_freeze && !WaitForFreeze()) return;
    if (step.action.has_value()) Act(*step.action);
  }
  MutexLock lock(mutex_);
  done_ = !stopping_;
}

bool FleetOperator::WaitUntilTime(absl::Time time) {
  MutexLock lock(mutex_);
  while (!stopping_ && absl::Now() < time) changed_.WaitFor(mutex_, time - absl::Now());
  return !stopping_;
}

void FleetOperator::NoteFreeze(int number) {
  MutexLock lock(mutex_);
  frozen_ = number;
  changed_.SignalAll();
}

bool FleetOperator::WaitForFreeze() {
  const absl::Time end = absl::Now() + kOperatorPatience;
  MutexLock lock(mutex_);
  while (!stopping_ && !frozen_.has_value() && absl::Now() < end) changed_.WaitFor(mutex_, end - absl::Now());
  return !stopping_;
}

template <typename Answer>
absl::StatusOr<Answer> FleetOperator::AskUntilAnswered(
    const std::string& user, const std::function<absl::StatusOr<Answer>(const testing::FleetDriver&)>& call) {
  std::size_t first = 0;
  {
    MutexLock lock(mutex_);
    if (frozen_.has_value()) first = static_cast<std::size_t>(*frozen_) + 1;
  }
  for (std::size_t i = first;; ++i) {
    // A fresh connection each time, so that a service that came back is seen at once.
    const testing::FleetDriver driver(addresses_[i % addresses_.size()], user);
    absl::StatusOr<Answer> answer = call(driver);
    if (IsAnswer(answer.status())) return answer;
    if (!WaitUntilTime(absl::Now() + kOperatorPause)) return absl::CancelledError("the run is over");
  }
}

void FleetOperator::Submit(std::size_t plan) {
  const FleetPlan& fleet = schedule_.fleets[plan];
  v1::CreateFleetRequest request =
      testing::FleetDriver::Request(fleet.targets, absl::StrCat("schedule-", schedule_.seed, "-", plan));
  request.mutable_policy()->set_max_concurrency(fleet.max_concurrency);
  request.mutable_policy()->set_max_tries(fleet.max_tries);
  const absl::StatusOr<v1::CreateFleetResponse> answer = AskUntilAnswered<v1::CreateFleetResponse>(
      fleet.user, [&](const testing::FleetDriver& driver) { return driver.Create(request); });
  if (!answer.ok()) return Complain(absl::StrCat("CreateFleet was answered ", answer.status().ToString()));
  MutexLock lock(mutex_);
  accepted_[plan].fleet_id = answer->fleet().fleet_id();
  accepted_[plan].at = absl::Now();
}

void FleetOperator::Act(const OperatorAction& action) {
  const auto plan = static_cast<std::size_t>(action.fleet);
  const std::string fleet_id = accepted()[plan].fleet_id;
  if (fleet_id.empty()) return;
  using Kind = OperatorAction::Kind;
  const std::string request_id = absl::StrCat("retry-", schedule_.seed, "-", plan);
  const absl::StatusOr<v1::Fleet> answer = AskUntilAnswered<v1::Fleet>(
      schedule_.fleets[plan].user, [&](const testing::FleetDriver& driver) -> absl::StatusOr<v1::Fleet> {
        switch (action.kind) {
          case Kind::kCancelStop:
            return driver.Cancel(fleet_id, v1::CANCEL_MODE_STOP);
          case Kind::kCancelDrain:
            return driver.Cancel(fleet_id, v1::CANCEL_MODE_DRAIN);
          case Kind::kPause:
            return driver.Pause(fleet_id);
          case Kind::kResume:
            return driver.Resume(fleet_id);
          case Kind::kRetry:
            return driver.Retry(fleet_id, request_id);
          case Kind::kUpdate:
            return driver.SetConcurrency(fleet_id, action.value);
          case Kind::kCancelChild:
            return driver.CancelChild(fleet_id, action.value);
          case Kind::kSetLimit:
            return driver.SetLimit("system_active", action.value);
        }
        return absl::InternalError("no such action");
      });
  // It may have ended before, or have no failed child.
  if (absl::IsFailedPrecondition(answer.status())) return;
  // A child that is not enqueued yet cannot be cancelled.
  if (action.kind == Kind::kCancelChild && absl::IsNotFound(answer.status())) return;
  if (!answer.ok()) return Complain(absl::StrCat("an operator was answered ", answer.status().ToString()));
  Remember(action);
}

void FleetOperator::Remember(const OperatorAction& action) {
  MutexLock lock(mutex_);
  Accepted& fleet = accepted_[static_cast<std::size_t>(action.fleet)];
  switch (action.kind) {
    case OperatorAction::Kind::kCancelStop:
      fleet.stopped = absl::Now();
      [[fallthrough]];
    case OperatorAction::Kind::kCancelDrain:
      fleet.cancelled = true;
      break;
    case OperatorAction::Kind::kCancelChild:
      fleet.cancelled_children[action.value] = absl::Now();
      break;
    default:
      break;
  }
}

void FleetOperator::Complain(const std::string& what) {
  MutexLock lock(mutex_);
  if (!stopping_) violations_.push_back(what);
}

std::optional<absl::Time> FleetOperator::started() const {
  MutexLock lock(mutex_);
  if (accepted_[0].fleet_id.empty()) return std::nullopt;
  return accepted_[0].at;
}

bool FleetOperator::done() const {
  MutexLock lock(mutex_);
  return done_;
}

std::vector<FleetOperator::Accepted> FleetOperator::accepted() const {
  MutexLock lock(mutex_);
  return accepted_;
}

std::vector<std::string> FleetOperator::violations() const {
  MutexLock lock(mutex_);
  return violations_;
}

}  // namespace fleet::crash
