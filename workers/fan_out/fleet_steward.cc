#include "workers/fan_out/fleet_steward.h"

#include <optional>

#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"

namespace fleet::worker {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(2);

}  // namespace

absl::StatusOr<bool> FleetSteward::RunOnce() {
  FLEET_RETURN_IF_ERROR(LookForAged());
  FLEET_ASSIGN_OR_RETURN(
      const bool any, jobs_.AnyDue({store::JobKind::kRedrive, store::JobKind::kDeadline, store::JobKind::kQueueAge}));
  if (!any) return false;
  FLEET_ASSIGN_OR_RETURN(const bool redriven, Account("redrive", jobs_.RedriveStep()));
  FLEET_ASSIGN_OR_RETURN(const bool closed, Account("deadline", jobs_.DeadlineStep()));
  FLEET_ASSIGN_OR_RETURN(const bool aged, Account("queue_age", jobs_.QueueAgeStep()));
  return redriven || closed || aged;
}

absl::Status FleetSteward::LookForAged() {
  if (clock_.Elapsed() < next_look_) return absl::OkStatus();
  next_look_ = clock_.Elapsed() + kLookInterval;
  return jobs_.ScheduleQueueAge().status();
}

absl::StatusOr<bool> FleetSteward::Account(const char* job, const absl::StatusOr<std::optional<store::JobStep>>& step) {
  return reporter_.Take(job, step, {store::kChangesChannel, store::kWorkChannel, store::kJobsChannel});
}

}  // namespace fleet::worker
