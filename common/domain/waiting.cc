#include "common/domain/waiting.h"

#include "absl/strings/str_cat.h"

namespace fleet::domain {

namespace {

std::string Children(int32_t count) { return absl::StrCat(count, count == 1 ? " child" : " children"); }

std::string Running(int32_t count, absl::string_view whose = "") {
  return absl::StrCat(Children(count), whose, count == 1 ? " is running" : " are running");
}

std::string Taken(int32_t slots, int32_t runners) {
  return absl::StrCat(slots == 1 ? "the only slot" : absl::StrCat("all ", slots, " slots"), " of ", runners,
                      runners == 1 ? " runner" : " runners", slots == 1 ? " is taken" : " are taken");
}

}  // namespace

std::vector<Waiting> WaitingOn(const Fleet& fleet, const Usage& usage) {
  std::vector<Waiting> reasons;
  if (IsTerminal(fleet.state)) return reasons;
  const Rollup& rollup = fleet.rollup;
  const int32_t active = rollup.Active();
  if (fleet.state == FleetState::kCancelling) {
    if (ClosingState(fleet) == TaskState::kTimedOut) {
      reasons.push_back({WaitReason::kCancelling, absl::StrCat("past its deadline; stopping ", Children(active))});
      return reasons;
    }
    reasons.push_back(
        {WaitReason::kCancelling,
         fleet.cancel_mode == CancelMode::kDrain
             ? absl::StrCat("cancelled by ", fleet.cancelled_by, "; ", Children(active), " in flight, ", "not stopped")
             : absl::StrCat("cancelled by ", fleet.cancelled_by, "; stopping ", Children(active))});
    return reasons;
  }
  if (fleet.state == FleetState::kPaused) {
    reasons.push_back(
        {WaitReason::kPaused, absl::StrCat("paused by ", fleet.paused_by, "; ", Children(active), " in flight")});
    return reasons;
  }
  if (fleet.open_targets) {
    reasons.push_back(
        {WaitReason::kUnsealed,
         absl::StrCat("its targets come in parts, ", rollup.total, " so far, and are not sealed yet: it fails at ",
                      absl::FormatTime("%H:%M:%SZ", fleet.created_at + kSealWithin, absl::UTCTimeZone()))});
  } else if (rollup.expanded < rollup.total) {
    reasons.push_back({WaitReason::kExpanding, absl::StrCat("a worker has enqueued ", rollup.expanded, " of ",
                                                            Children(rollup.total), " so far")});
  }
  if (fleet.redriving) {
    reasons.push_back({WaitReason::kRetrying, absl::StrCat("a worker returns the children of generation ",
                                                           fleet.generation, " to the queue")});
  }
  if (rollup.State(TaskState::kQueued) == 0) return reasons;
  if (usage.pool_runners == 0) {
    reasons.push_back({WaitReason::kNoRunner, absl::StrCat("no runner is connected for pool \"", fleet.pool,
                                                           "\": start one with fleet-runner --pool=", fleet.pool)});
  }
  if (active >= fleet.policy.max_concurrency) {
    reasons.push_back({WaitReason::kFleetCap, absl::StrCat("at its own cap: ", Running(active), ", ",
                                                           fleet.policy.max_concurrency, " may (max concurrency)")});
  }
  if (usage.user_active >= usage.limits.UserActive(fleet.creator)) {
    reasons.push_back(
        {WaitReason::kUserCap,
         absl::StrCat("at the user cap: ", Running(usage.user_active, absl::StrCat(" of ", fleet.creator)), ", ",
                      usage.limits.UserActive(fleet.creator), " may")});
  }
  if (usage.pool_active >= usage.limits.PoolActive(fleet.pool)) {
    reasons.push_back(
        {WaitReason::kPoolCap, absl::StrCat("at the cap of pool \"", fleet.pool, "\": ", Running(usage.pool_active),
                                            ", ", usage.limits.PoolActive(fleet.pool), " may")});
  }
  if (usage.system_active >= usage.limits.system_active) {
    reasons.push_back({WaitReason::kSystemCap, absl::StrCat("at the system cap: ", Running(usage.system_active), ", ",
                                                            usage.limits.system_active, " may")});
  }
  if (reasons.empty() && usage.pool_active >= usage.pool_slots) {
    reasons.push_back({WaitReason::kRunnersBusy, Taken(usage.pool_slots, usage.pool_runners)});
  }
  const bool only_suspects = rollup.Fresh() == 0 && rollup.suspects > 0 && rollup.suspects == rollup.delayed;
  if (reasons.empty() && only_suspects && active > 0) {
    reasons.push_back(
        {WaitReason::kIsolation, absl::StrCat(Children(rollup.suspects),
                                              " lost a runner before: a runner is given one such child at a time, "
                                              "and every runner has one")});
  }
  // In the past, it is a child that waits for something else.
  const bool backs_off = fleet.next_retry_at.has_value() && *fleet.next_retry_at > usage.now;
  if (rollup.Fresh() == 0 && rollup.delayed > 0 && backs_off) {
    reasons.push_back(
        {WaitReason::kBackoff, absl::StrCat(Children(rollup.delayed), " to be tried again, the first not before ",
                                            absl::FormatTime("%H:%M:%SZ", *fleet.next_retry_at, absl::UTCTimeZone()))});
  }
  return reasons;
}

}  // namespace fleet::domain
