#include "tests/bench/fleet_observer.h"

#include "absl/time/clock.h"

namespace fleet::bench {

FleetObserver::FleetObserver(BenchSession& session, const std::string& fleet_id)
    : stub_(v1::FleetService::NewStub(session.NewChannel())) {
  session.Prepare(context_, absl::InfiniteDuration());
  v1::WatchFleetRequest request;
  request.set_fleet_id(fleet_id);
  reader_ = stub_->WatchFleet(&context_, request);
  thread_ = std::thread([this] { Read(); });
}

FleetObserver::~FleetObserver() {
  context_.TryCancel();
  thread_.join();
}

void FleetObserver::Read() {
  v1::WatchFleetResponse message;
  while (reader_->Read(&message)) {
    const absl::Time now = absl::Now();
    const v1::Rollup& rollup = message.fleet().rollup();
    MutexLock lock(mutex_);
    if (!expanded_.has_value() && rollup.total() > 0 && rollup.expanded() == rollup.total()) expanded_ = now;
    if (message.fleet().state() == v1::FLEET_STATE_COMPLETED) completed_ = now;
    changed_.SignalAll();
  }
  (void)reader_->Finish();
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.SignalAll();
}

absl::StatusOr<absl::Time> FleetObserver::WaitFor(std::optional<absl::Time> FleetObserver::*moment) {
  MutexLock lock(mutex_);
  while (!(this->*moment).has_value() && !ended_) changed_.Wait(mutex_);
  if ((this->*moment).has_value()) return *(this->*moment);
  return absl::AbortedError("the fleet's stream ended before what was waited for");
}

absl::StatusOr<absl::Time> FleetObserver::WaitExpanded() { return WaitFor(&FleetObserver::expanded_); }
absl::StatusOr<absl::Time> FleetObserver::WaitCompleted() { return WaitFor(&FleetObserver::completed_); }

}  // namespace fleet::bench
