#include "tests/support/invariant_checker.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"

namespace fleet::testing {
namespace {

constexpr absl::Duration kShortestPause = absl::Milliseconds(10);
constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr std::size_t kMostViolations = 1000;
constexpr std::size_t kMostTold = 20;

}  // namespace

InvariantChecker::InvariantChecker(std::string url, Mode mode) : pool_(std::move(url), 1) {
  if (mode == Mode::kContinuous) thread_ = std::thread([this] { Run(); });
}

InvariantChecker::~InvariantChecker() { Stop(); }

absl::Status InvariantChecker::Look() {
  int64_t since = 0;
  {
    MutexLock lock(looking_);
    since = horizon_;
  }
  return Look(since);
}

absl::Status InvariantChecker::Look(int64_t since) {
  MutexLock looking(looking_);
  {
    MutexLock lock(mutex_);
    under_way_ = true;
  }
  absl::StatusOr<InvariantSnapshot> snapshot = ReadInvariantSnapshot(pool_, since, history_.FrozenFleets());
  if (snapshot.ok() && since != 0 && snapshot->incarnation != incarnation_) {
    snapshot = ReadInvariantSnapshot(pool_, 0, history_.FrozenFleets());
  }
  if (!snapshot.ok()) {
    MutexLock lock(mutex_);
    under_way_ = false;
    // A server that is away is part of many tests; a query that fails otherwise would let all of them pass.
    if (absl::IsUnavailable(snapshot.status()) || absl::IsAborted(snapshot.status())) return snapshot.status();
    violations_.push_back(absl::StrCat("the checker cannot read: ", snapshot.status().ToString()));
    return snapshot.status();
  }
  std::vector<std::string> found;
  history_.Judge(*snapshot, found);
  horizon_ = snapshot->horizon;
  incarnation_ = snapshot->incarnation;
  MutexLock lock(mutex_);
  under_way_ = false;
  ++snapshots_;
  if (snapshot->HasWorkInFlight()) ++snapshots_in_flight_;
  for (std::string& violation : found) {
    const bool known = std::find(violations_.begin(), violations_.end(), violation) != violations_.end();
    if (!known && violations_.size() < kMostViolations) violations_.push_back(std::move(violation));
  }
  changed_.SignalAll();
  return absl::OkStatus();
}

bool InvariantChecker::AwaitSnapshots(int count) {
  const absl::Time deadline = absl::Now() + kPatience;
  MutexLock lock(mutex_);
  // One that is under way began before this call.
  const int wanted = snapshots_ + count + (under_way_ ? 1 : 0);
  while (snapshots_ < wanted && absl::Now() < deadline) changed_.WaitFor(mutex_, absl::Milliseconds(100));
  return snapshots_ >= wanted;
}

void InvariantChecker::Run() {
  while (true) {
    const absl::Time began = absl::Now();
    (void)Look();
    // As long as it took, so that it never takes more than half of a processor from the test.
    const absl::Time until = absl::Now() + std::max(kShortestPause, absl::Now() - began);
    MutexLock lock(mutex_);
    while (!stopping_ && absl::Now() < until) changed_.WaitFor(mutex_, until - absl::Now());
    if (stopping_) return;
  }
}

void InvariantChecker::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status InvariantChecker::LookAtEverything() {
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    const absl::Status looked = Look(0);
    if (looked.ok() || absl::Now() > deadline) return looked;
    MutexLock lock(mutex_);
    changed_.WaitFor(mutex_, absl::Milliseconds(100));
  }
}

absl::Status InvariantChecker::Finish() {
  Stop();
  FLEET_RETURN_IF_ERROR(LookAtEverything());
  MutexLock lock(mutex_);
  if (!violations_.empty()) {
    const auto told = static_cast<std::ptrdiff_t>(std::min(violations_.size(), kMostTold));
    return absl::InternalError(absl::StrCat(violations_.size(), " violations in ", snapshots_, " snapshots:\n",
                                            absl::StrJoin(violations_.begin(), violations_.begin() + told, "\n")));
  }
  if (snapshots_in_flight_ == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("void: none of ", snapshots_, " snapshots was taken while work was in flight"));
  }
  return absl::OkStatus();
}

std::vector<std::string> InvariantChecker::violations() const {
  MutexLock lock(mutex_);
  return violations_;
}

int InvariantChecker::snapshots() const {
  MutexLock lock(mutex_);
  return snapshots_;
}

int InvariantChecker::snapshots_in_flight() const {
  MutexLock lock(mutex_);
  return snapshots_in_flight_;
}

}  // namespace fleet::testing
