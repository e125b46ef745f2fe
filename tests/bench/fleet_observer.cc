#include "tests/bench/fleet_observer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/grpc_status.h"
#include "tests/bench/patiently.h"

namespace fleet::bench {

FleetObserver::FleetObserver(BenchSession& session, const std::string& fleet_id)
    : session_(session), stub_(v1::FleetService::NewStub(session.NewChannel())) {
  request_.set_fleet_id(fleet_id);
  thread_ = std::thread([this] { Read(); });
}

FleetObserver::~FleetObserver() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

void FleetObserver::Read() {
  const absl::Status end = Patiently([this] { return ReadOnce(); });
  MutexLock lock(mutex_);
  ended_ = true;
  end_ = end;
  changed_.SignalAll();
}

absl::Status FleetObserver::ReadOnce() {
  auto context = std::make_unique<grpc::ClientContext>();
  session_.Prepare(*context, absl::InfiniteDuration());
  std::unique_ptr<grpc::ClientReader<v1::WatchFleetResponse>> reader = stub_->WatchFleet(context.get(), request_);
  {
    MutexLock lock(mutex_);
    context_ = std::move(context);
    if (stopping_) context_->TryCancel();
  }
  v1::WatchFleetResponse message;
  while (reader->Read(&message)) {
    const absl::Time now = absl::Now();
    const v1::Rollup& rollup = message.fleet().rollup();
    MutexLock lock(mutex_);
    if (!expanded_.has_value() && rollup.total() > 0 && rollup.expanded() == rollup.total()) expanded_ = now;
    if (message.fleet().state() == v1::FLEET_STATE_COMPLETED) completed_ = now;
    changed_.SignalAll();
  }
  const absl::Status end = rpc::FromGrpcStatus(reader->Finish());
  MutexLock lock(mutex_);
  return stopping_ ? absl::OkStatus() : end;
}

absl::StatusOr<absl::Time> FleetObserver::WaitFor(std::optional<absl::Time> FleetObserver::*moment) {
  MutexLock lock(mutex_);
  while (!(this->*moment).has_value() && !ended_) changed_.Wait(mutex_);
  if ((this->*moment).has_value()) return *(this->*moment);
  return absl::AbortedError(absl::StrCat("the fleet's stream ended before what was waited for: ", end_.ToString()));
}

absl::StatusOr<absl::Time> FleetObserver::WaitExpanded() { return WaitFor(&FleetObserver::expanded_); }
absl::StatusOr<absl::Time> FleetObserver::WaitCompleted() { return WaitFor(&FleetObserver::completed_); }

}  // namespace fleet::bench
