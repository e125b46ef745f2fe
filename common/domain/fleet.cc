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

bool IsClosing(const Fleet& fleet) {
  return fleet.cancel_mode != CancelMode::kNone || fleet.expired || fleet.expansion_failed;
}

bool StopsActive(const Fleet& fleet) {
  return fleet.cancel_mode == CancelMode::kStop || fleet.expired || fleet.expansion_failed;
}

TaskState ClosingState(const Fleet& fleet) {
  const bool by_deadline = fleet.expired && fleet.cancel_mode == CancelMode::kNone && !fleet.expansion_failed;
  return by_deadline ? TaskState::kTimedOut : TaskState::kCancelled;
}

bool IsLate(const Fleet& fleet, absl::Time now) {
  return fleet.policy.deadline.has_value() && *fleet.policy.deadline <= now;
}

bool MayStart(const Fleet& fleet) { return !IsClosing(fleet) && fleet.pause_reasons == 0 && !IsTerminal(fleet.state); }

FleetState DeriveState(const Fleet& fleet) {
  const Rollup& rollup = fleet.rollup;
  const bool broken = fleet.expansion_failed;
  const bool nothing_left = rollup.State(TaskState::kQueued) == 0 && rollup.Active() == 0;
  // Without a seal no child comes into being: then it is over as soon as it is to be.
  const bool none_to_come = fleet.open_targets ? IsClosing(fleet) : rollup.expanded == rollup.total;
  if (nothing_left && !fleet.redriving && (none_to_come || broken)) {
    if (broken) return FleetState::kFailed;
    if (fleet.cancel_mode != CancelMode::kNone) return FleetState::kCancelled;
    const int32_t completed = rollup.State(TaskState::kCompleted);
    if (completed == 0) return FleetState::kFailed;
    return completed == rollup.total ? FleetState::kCompleted : FleetState::kPartialFailure;
  }
  if (IsClosing(fleet)) return FleetState::kCancelling;
  if (fleet.pause_reasons != 0) return FleetState::kPaused;
  if (rollup.expanded == 0) return FleetState::kPending;
  if (rollup.expanded < rollup.total) return FleetState::kExpanding;
  return FleetState::kRunning;
}

}  // namespace fleet::domain
