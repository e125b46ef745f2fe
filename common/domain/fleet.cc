#include "common/domain/fleet.h"

namespace fleet::domain {

int32_t Rollup::Active() const {
  return State(TaskState::kSubmitted) + State(TaskState::kHydrating) + State(TaskState::kRunning) +
         State(TaskState::kAwaitingApproval) + State(TaskState::kFinalizing);
}

int32_t Rollup::Ended() const {
  return State(TaskState::kCompleted) + State(TaskState::kFailed) + State(TaskState::kCancelled) +
         State(TaskState::kTimedOut);
}

bool IsTerminal(FleetState state) { return state >= FleetState::kCompleted; }

FleetState DeriveState(const Fleet& fleet) {
  const Rollup& rollup = fleet.rollup;
  const bool broken = !fleet.failure_message.empty();
  const bool nothing_left = rollup.State(TaskState::kQueued) == 0 && rollup.Active() == 0;
  if (nothing_left && (rollup.expanded == rollup.total || broken)) {
    if (broken) return FleetState::kFailed;
    if (fleet.cancel_mode != CancelMode::kNone) return FleetState::kCancelled;
    const int32_t completed = rollup.State(TaskState::kCompleted);
    if (completed == rollup.total) return FleetState::kCompleted;
    return completed > 0 ? FleetState::kPartialFailure : FleetState::kFailed;
  }
  if (fleet.cancel_mode != CancelMode::kNone || broken) return FleetState::kCancelling;
  if (fleet.paused) return FleetState::kPaused;
  if (rollup.expanded == 0) return FleetState::kPending;
  if (rollup.expanded < rollup.total) return FleetState::kExpanding;
  return FleetState::kRunning;
}

}  // namespace fleet::domain
