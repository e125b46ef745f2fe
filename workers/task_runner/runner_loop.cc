#include "workers/task_runner/runner_loop.h"

#include "common/logging/structured_log.h"
#include "common/rpc/backoff.h"
#include "common/status/status_macros.h"

namespace fleet::runner {

RunnerLoop::RunnerLoop(const RunnerConfig& config, RunnerClient& client, TaskWork& work, const Clock& boot_clock)
    : config_(config), client_(client), work_(work), boot_clock_(boot_clock) {}

absl::Status RunnerLoop::Run() {
  absl::Status status = RunSessions();
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.SignalAll();
  return status;
}

absl::Status RunnerLoop::RunSessions() {
  while (true) {
    RunnerSession session(config_, client_, work_, boot_clock_);
    const absl::Status registered = Register(session);
    if (absl::IsCancelled(registered)) return absl::OkStatus();
    FLEET_RETURN_IF_ERROR(registered);
    if (!Enter(&session)) return absl::OkStatus();
    session.Run();
    if (!Enter(nullptr)) return absl::OkStatus();
  }
}

absl::Status RunnerLoop::Register(RunnerSession& session) {
  rpc::Backoff backoff(absl::Milliseconds(200), absl::Seconds(5));
  while (true) {
    absl::Status status = session.Register();
    // Lost before it was known: the next session has another id.
    if (status.ok() || absl::IsInvalidArgument(status)) return status;
    LogWarning("registration_failed", {{"error", status}});
    const absl::Duration pause = backoff.Next();
    MutexLock lock(mutex_);
    if (!draining_) changed_.WaitFor(mutex_, pause);
    if (draining_) return absl::CancelledError("drained");
  }
}

// Makes `session` the one that Drain and ReleaseTasks reach; false if it is too late to begin another.
bool RunnerLoop::Enter(RunnerSession* session) {
  MutexLock lock(mutex_);
  session_ = draining_ ? nullptr : session;
  return !draining_;
}

absl::Status RunnerLoop::Ready() const {
  MutexLock lock(mutex_);
  if (draining_) return absl::UnavailableError("stopping");
  if (session_ == nullptr) return absl::UnavailableError("not registered with a fleet-service");
  return session_->Ready();
}

void RunnerLoop::Drain() {
  MutexLock lock(mutex_);
  draining_ = true;
  changed_.SignalAll();
  if (session_ != nullptr) session_->Drain();
}

void RunnerLoop::ReleaseTasks() {
  MutexLock lock(mutex_);
  if (session_ != nullptr) session_->ReleaseTasks();
}

bool RunnerLoop::WaitUntilEnded(absl::Duration timeout) const {
  MutexLock lock(mutex_);
  if (!ended_) changed_.WaitFor(mutex_, timeout);
  return ended_;
}

}  // namespace fleet::runner
