#include "workers/task_runner/runner_session.h"

#include <algorithm>

#include "common/domain/ulid.h"
#include "common/lifecycle/process_identity.h"
#include "common/logging/structured_log.h"
#include "common/rpc/backoff.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "common/tracing/trace_context.h"

namespace fleet::runner {
namespace {

constexpr int kLeaseWaitSeconds = 25;
// An empty answer that comes sooner than this did not wait for work.
constexpr absl::Duration kShortestWait = absl::Milliseconds(200);

absl::Duration DurationOr(const google::protobuf::Duration& duration, absl::Duration fallback) {
  const absl::Duration value = rpc::FromProtoDuration(duration);
  return value > absl::ZeroDuration() ? value : fallback;
}

}  // namespace

RunnerSession::RunnerSession(const RunnerConfig& config, RunnerClient& client, TaskWork& work, const Clock& boot_clock)
    : config_(config),
      client_(client),
      work_(work),
      runner_id_(domain::Ulid::Generate(boot_clock.TimeNow()).ToString()),
      fence_(boot_clock),
      reporter_(client, fence_, runner_id_) {}

absl::Status RunnerSession::Register() {
  v1::RegisterRunnerRequest request;
  request.set_runner_id(runner_id_);
  request.set_name(config_.name);
  request.set_pool(config_.pool);
  request.set_slots(config_.slots);
  request.set_version(ProgramVersion());
  request.set_host(MachineName());
  const absl::Duration sent = fence_.Now();
  FLEET_ASSIGN_OR_RETURN(const v1::RegisterRunnerResponse response, client_.RegisterRunner(request));
  lease_duration_ = DurationOr(response.lease_duration(), absl::Seconds(30));
  heartbeat_interval_ = DurationOr(response.heartbeat_interval(), absl::Seconds(5));
  fence_.SetLeaseDuration(lease_duration_);
  fence_.Answered(sent);
  LogInfo("runner_registered", {{"runner", runner_id_}, {"pool", config_.pool}, {"slots", config_.slots}});
  return absl::OkStatus();
}

void RunnerSession::Run() {
  RunnerHeartbeat heartbeat(
      client_, held_, fence_, {runner_id_, lease_duration_, heartbeat_interval_},
      {[this] { EnterPhase(Phase::kLost); }, [this](const auto& followed) { work_.FollowLogs(runner_id_, followed); }});
  {
    const auto slots = static_cast<std::size_t>(config_.slots);
    ThreadPool pool(slots, slots);
    LeaseUntilToldOtherwise(pool);
  }
  // The pool's end is the end of every task.
  if (phase() == Phase::kLost) {
    heartbeat.Stop();
  } else {
    heartbeat.StopAndLetGo(lease_seq_);
  }
}

void RunnerSession::LeaseUntilToldOtherwise(ThreadPool& pool) {
  rpc::Backoff backoff(absl::Milliseconds(200), absl::Seconds(5));
  while (phase() == Phase::kLeasing) {
    const auto slots = static_cast<std::size_t>(config_.slots);
    if (fence_.Expired() || !work_.Ready()) {
      // What is leased now would be stopped at once.
      Pause(absl::Milliseconds(200));
    } else if (held_.WaitForFewerThan(slots, absl::Milliseconds(200))) {
      const absl::Status status = LeaseOnce(pool, static_cast<int>(slots - held_.size()));
      if (status.ok()) {
        backoff.Reset();
      } else if (MustRegisterAnew(status)) {
        EnterPhase(Phase::kLost);
      } else if (phase() == Phase::kLeasing) {
        LogWarning("lease_failed", {{"runner", runner_id_}, {"error", status}});
        Pause(backoff.Next());
      }
    }
  }
}

absl::Status RunnerSession::LeaseOnce(ThreadPool& pool, int free_slots) {
  v1::LeaseTasksRequest request;
  request.set_runner_id(runner_id_);
  request.set_lease_seq(lease_seq_);
  request.set_max_tasks(free_slots);
  request.mutable_wait_timeout()->set_seconds(kLeaseWaitSeconds);
  const absl::Duration sent = fence_.Now();
  FLEET_ASSIGN_OR_RETURN(const v1::LeaseTasksResponse response, client_.LeaseTasks(request));
  if (response.leases().empty()) {
    Pause(std::max(kShortestWait - (fence_.Now() - sent), absl::ZeroDuration()));
    return absl::OkStatus();
  }
  const std::vector<LeasedTask> tasks = held_.Accept(lease_seq_++, response);
  for (const LeasedTask& task : tasks) Start(pool, task);
  // Orders that came while these were on their way did not reach them.
  const Phase now = phase();
  if (now == Phase::kReleasing) held_.StopAll(StopReason::kReleased);
  if (now == Phase::kLost) held_.StopAll(StopReason::kLeaseLost);
  return absl::OkStatus();
}

void RunnerSession::Start(ThreadPool& pool, const LeasedTask& task) {
  const bool taken = pool.Submit([this, task, stop = held_.TokenOf(task.lease)] {
    const tracing::TraceContext trace = tracing::ParseTraceparent(task.lease.traceparent());
    const LogScope scope({{"trace", tracing::TraceName(trace)},
                          {"runner", runner_id_},
                          {"fleet", task.fleet->fleet_id()},
                          {"task", task.lease.task_id()},
                          {"attempt", task.lease.attempt()}});
    work_.Execute(task, reporter_, *stop);
    held_.Release(task.lease);
  });
  // More than was asked for: let go, the next heartbeat returns it.
  if (!taken) held_.Release(task.lease);
}

absl::Status RunnerSession::Ready() const {
  if (phase() != Phase::kLeasing) return absl::UnavailableError("it takes no more tasks");
  if (fence_.Expired()) return absl::UnavailableError("no fleet-service answered for as long as a lease lasts");
  if (!work_.Ready()) return absl::UnavailableError("the disk is nearly full");
  return absl::OkStatus();
}

void RunnerSession::Drain() {
  {
    MutexLock lock(mutex_);
    if (phase_ == Phase::kLeasing) phase_ = Phase::kDraining;
    changed_.SignalAll();
  }
  client_.CancelLeases();
}

void RunnerSession::ReleaseTasks() { EnterPhase(Phase::kReleasing); }

void RunnerSession::EnterPhase(Phase phase) {
  {
    MutexLock lock(mutex_);
    if (phase <= phase_) return;
    phase_ = phase;
    changed_.SignalAll();
  }
  if (phase == Phase::kReleasing) held_.StopAll(StopReason::kReleased);
  if (phase == Phase::kLost) {
    LogWarning("runner_lost", {{"runner", runner_id_}, {"held", held_.size()}});
    held_.StopAll(StopReason::kLeaseLost);
    // A parked call learns of the loss only when there is work to hand out.
    client_.InterruptLeases();
  }
}

RunnerSession::Phase RunnerSession::phase() const {
  MutexLock lock(mutex_);
  return phase_;
}

void RunnerSession::Pause(absl::Duration duration) {
  if (duration <= absl::ZeroDuration()) return;
  MutexLock lock(mutex_);
  if (phase_ == Phase::kLeasing) changed_.WaitFor(mutex_, duration);
}

}  // namespace fleet::runner
