#include "tests/crash/fleet_watcher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rpc/grpc_status.h"

namespace fleet::crash {
namespace {

constexpr absl::Duration kWatcherPause = absl::Milliseconds(50);

bool IsTerminal(int32_t state) { return state >= v1::TASK_STATE_COMPLETED; }

}  // namespace

FleetWatcher::FleetWatcher(std::string fleet_id, std::vector<std::string> addresses)
    : fleet_id_(std::move(fleet_id)),
      servers_(std::move(addresses), "watcher", rpc::FailoverChannel::AfterLoss::kReplace) {
  thread_ = std::thread([this] { Run(); });
}

FleetWatcher::~FleetWatcher() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (call_ != nullptr) call_->TryCancel();
    changed_.SignalAll();
  }
  thread_.join();
}

void FleetWatcher::Run() {
  while (true) {
    const rpc::FailoverChannel::Server server = servers_.InUse();
    if (Follow(*v1::FleetService::NewStub(server.channel)) || !Pause()) return;
    servers_.MoveOn(server);
  }
}

bool FleetWatcher::Pause() {
  MutexLock lock(mutex_);
  if (!stopping_) changed_.WaitFor(mutex_, kWatcherPause);
  return !stopping_;
}

bool FleetWatcher::Follow(v1::FleetService::StubInterface& stub) {
  grpc::ClientContext context;
  servers_.Prepare(context, absl::InfiniteDuration());
  v1::WatchFleetRequest request;
  request.set_fleet_id(fleet_id_);
  request.set_include_tasks(true);
  {
    MutexLock lock(mutex_);
    if (stopping_) return true;
    call_ = &context;
    ++streams_;
    // A snapshot that broke off is begun anew.
    if (in_snapshot_) children_ = before_;
    in_snapshot_ = false;
    request.set_resume_token(token_);
  }
  const auto reader = stub.WatchFleet(&context, request);
  v1::WatchFleetResponse message;
  while (reader->Read(&message)) {
    MutexLock lock(mutex_);
    Take(message);
  }
  const absl::Status status = rpc::FromGrpcStatus(reader->Finish());
  MutexLock lock(mutex_);
  call_ = nullptr;
  if (status.ok() && !ended_) Complain("the stream ended before the fleet did");
  if (!status.ok() && !absl::IsUnavailable(status) && !absl::IsAborted(status) && !stopping_) {
    Complain(absl::StrCat("the stream ended with ", status.ToString()));
  }
  done_ = status.ok() && ended_;
  return done_ || stopping_;
}

void FleetWatcher::Complain(const std::string& what) { violations_.push_back(absl::StrCat("watch: ", what)); }

void FleetWatcher::Take(const v1::WatchFleetResponse& message) {
  // Children that changed are told in several messages if they are many, and those that have the fleet have it as it is
  // by then.
  if (ended_ && message.has_fleet() && message.fleet().revision() != revision_) {
    Complain("the fleet changed after its terminal state");
  }
  // The feed was not trimmed, and a crash is no failover.
  if (message.resumed_with_snapshot()) Complain("a good resume token was refused");
  if (message.kind() == v1::WatchFleetResponse::KIND_SNAPSHOT && !in_snapshot_) {
    in_snapshot_ = true;
    before_ = std::exchange(children_, {});
  }
  if (message.has_fleet()) {
    if (message.fleet().revision() < revision_) {
      Complain(absl::StrCat("a step back from revision ", revision_, " to ", message.fleet().revision()));
    }
    revision_ = message.fleet().revision();
    ended_ = message.fleet().state() >= v1::FLEET_STATE_COMPLETED && (!in_snapshot_ || message.snapshot_complete());
  }
  for (const v1::Task& task : message.tasks()) TakeChild(task);
  if (message.snapshot_complete()) in_snapshot_ = false;
  if (!message.resume_token().empty()) token_ = message.resume_token();
}

void FleetWatcher::TakeChild(const v1::Task& task) {
  const Child now{task.attempt(), static_cast<int32_t>(task.state())};
  const auto& known = in_snapshot_ ? before_ : children_;
  const auto before = known.find(task.task_id());
  if (before != known.end()) {
    const bool moved_back = now.attempt < before->second.attempt;
    const bool left_end = IsTerminal(before->second.state) &&
                          (now.state != before->second.state || now.attempt != before->second.attempt);
    if (moved_back || left_end) {
      Complain(absl::StrCat("child ", task.task_id(), " went from attempt ", before->second.attempt, " state ",
                            before->second.state, " to attempt ", now.attempt, " state ", now.state));
    }
  }
  children_[task.task_id()] = now;
}

bool FleetWatcher::done() const {
  MutexLock lock(mutex_);
  return done_;
}

int FleetWatcher::streams() const {
  MutexLock lock(mutex_);
  return streams_;
}

std::map<std::string, FleetWatcher::Child> FleetWatcher::children() const {
  MutexLock lock(mutex_);
  return children_;
}

std::vector<std::string> FleetWatcher::violations() const {
  MutexLock lock(mutex_);
  return violations_;
}

}  // namespace fleet::crash
