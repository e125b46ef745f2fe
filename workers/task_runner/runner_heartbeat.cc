#include "workers/task_runner/runner_heartbeat.h"

#include <algorithm>
#include <utility>

#include "common/logging/structured_log.h"

namespace fleet::runner {
namespace {

StopReason ToStopReason(v1::StopReason reason) {
  switch (reason) {
    case v1::STOP_REASON_CANCELLED:
      return StopReason::kCancelled;
    case v1::STOP_REASON_TIMED_OUT:
      return StopReason::kTimedOut;
    default:
      return StopReason::kLeaseLost;
  }
}

absl::Duration FenceInterval(absl::Duration lease_duration) {
  return std::clamp(lease_duration / 20, absl::Milliseconds(20), absl::Seconds(1));
}

}  // namespace

RunnerHeartbeat::RunnerHeartbeat(RunnerClient& client, HeldLeases& held, LeaseFence& fence, Timing timing,
                                 Listeners listeners)
    : client_(client),
      held_(held),
      fence_(fence),
      timing_(std::move(timing)),
      listeners_(std::move(listeners)),
      fence_loop_(FenceInterval(timing_.lease_duration), [this] { return CheckFence(); }),
      beat_loop_(timing_.interval, [this] { return Beat(); }) {}

PeriodicLoop::Next RunnerHeartbeat::CheckFence() {
  if (fence_.Expired() && held_.size() > 0) {
    LogWarning("leases_given_up", {{"runner", timing_.runner_id}, {"held", held_.size()}});
    held_.StopAll(StopReason::kLeaseLost);
  }
  return PeriodicLoop::Next::kWait;
}

PeriodicLoop::Next RunnerHeartbeat::Beat() {
  v1::HeartbeatRequest request;
  held_.Describe(request);
  const absl::Status status = Send(std::move(request));
  if (MustRegisterAnew(status)) {
    listeners_.on_lost();
  } else if (!status.ok()) {
    LogWarning("heartbeat_failed", {{"runner", timing_.runner_id}, {"error", status}});
  }
  return PeriodicLoop::Next::kWait;
}

absl::Status RunnerHeartbeat::Send(v1::HeartbeatRequest request) {
  request.set_runner_id(timing_.runner_id);
  request.set_heartbeat_seq(++heartbeat_seq_);
  const absl::Duration sent = fence_.Now();
  const auto response = client_.Heartbeat(request);
  if (!response.ok()) return response.status();
  fence_.Answered(sent);
  for (const v1::StopDirective& stop : response->stops()) held_.Stop(stop.lease(), ToStopReason(stop.reason()));
  listeners_.on_followed(response->followed_logs());
  return absl::OkStatus();
}

void RunnerHeartbeat::Stop() {
  beat_loop_.Stop();
  fence_loop_.Stop();
}

void RunnerHeartbeat::StopAndLetGo(int64_t lease_seq) {
  Stop();
  v1::HeartbeatRequest request;
  held_.Describe(request);
  request.set_received_lease_seq(lease_seq);
  const absl::Status status = Send(std::move(request));
  if (!status.ok()) LogWarning("last_heartbeat_failed", {{"error", status}});
}

}  // namespace fleet::runner
