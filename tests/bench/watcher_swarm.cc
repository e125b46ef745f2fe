#include "tests/bench/watcher_swarm.h"

#include "absl/time/clock.h"
#include "common/status/status_macros.h"

namespace fleet::bench {
namespace {

constexpr std::size_t kStreamsPerConnection = 100;
constexpr absl::Duration kLongestSilence = absl::Seconds(60);

}  // namespace

class WatcherSwarm::Watcher final : public grpc::ClientReadReactor<v1::WatchFleetResponse> {
 public:
  Watcher(WatcherSwarm& swarm, BenchSession& session, v1::FleetService::Stub& stub, const std::string& fleet_id)
      : swarm_(swarm) {
    session.Prepare(context_, absl::InfiniteDuration());
    request_.set_fleet_id(fleet_id);
    stub.async()->WatchFleet(&context_, &request_, this);
    StartRead(&message_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    swarm_.Hear(*this, message_);
    StartRead(&message_);
  }

  void OnDone(const grpc::Status&) override { swarm_.Leave(); }

  // Guarded by the swarm's mutex.
  bool heard = false;
  absl::Time heard_at;

 private:
  WatcherSwarm& swarm_;
  grpc::ClientContext context_;
  v1::WatchFleetRequest request_;
  v1::WatchFleetResponse message_;
};

WatcherSwarm::WatcherSwarm(BenchSession& session, const std::string& fleet_id, int32_t count)
    : missing_(static_cast<std::size_t>(count)), open_(static_cast<std::size_t>(count)) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (i % kStreamsPerConnection == 0) stubs_.push_back(v1::FleetService::NewStub(session.NewChannel()));
    watchers_.push_back(std::make_unique<Watcher>(*this, session, *stubs_.back(), fleet_id));
  }
}

WatcherSwarm::~WatcherSwarm() {
  for (const auto& watcher : watchers_) watcher->Cancel();
  MutexLock lock(mutex_);
  while (open_ > 0) changed_.Wait(mutex_);
}

void WatcherSwarm::Hear(Watcher& watcher, const v1::WatchFleetResponse& message) {
  const absl::Time now = absl::Now();
  MutexLock lock(mutex_);
  if (watcher.heard || message.fleet().rollup().states().completed() < expected_) return;
  watcher.heard = true;
  watcher.heard_at = now;
  if (--missing_ == 0) changed_.SignalAll();
}

void WatcherSwarm::Leave() {
  MutexLock lock(mutex_);
  --open_;
  changed_.SignalAll();
}

void WatcherSwarm::Expect(int32_t completed) {
  MutexLock lock(mutex_);
  expected_ = completed;
  missing_ = watchers_.size();
  for (const auto& watcher : watchers_) watcher->heard = false;
}

absl::Status WatcherSwarm::WaitUntilNoneIsMissing() {
  const absl::Time deadline = absl::Now() + kLongestSilence;
  MutexLock lock(mutex_);
  while (missing_ > 0) {
    if (open_ < watchers_.size()) return absl::AbortedError("a watcher's stream has ended");
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("a watcher has not heard of a change");
    changed_.WaitFor(mutex_, deadline - absl::Now());
  }
  return absl::OkStatus();
}

absl::Status WatcherSwarm::WaitReady() { return WaitUntilNoneIsMissing(); }

absl::StatusOr<std::vector<absl::Time>> WatcherSwarm::WaitHeard() {
  FLEET_RETURN_IF_ERROR(WaitUntilNoneIsMissing());
  MutexLock lock(mutex_);
  std::vector<absl::Time> times;
  for (const auto& watcher : watchers_) times.push_back(watcher->heard_at);
  return times;
}

}  // namespace fleet::bench
