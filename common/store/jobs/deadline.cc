#include "common/store/jobs/deadline.h"

#include "common/domain/fleet.h"
#include "common/status/status_macros.h"
#include "common/store/database_clock.h"
#include "common/store/fleet_ledger.h"
#include "common/store/job_rows.h"
#include "common/store/limit_rows.h"

namespace fleet::store {

absl::StatusOr<JobStep> DeadlineStep(database::Transaction& transaction, const JobClaim& claim) {
  JobStep step{claim.key, 0, true};
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  FLEET_ASSIGN_OR_RETURN(const absl::Time now, ReadClock(transaction));
  domain::Fleet* fleet = ledger.Find(claim.key);
  const bool applies = fleet != nullptr && !domain::IsTerminal(fleet->state) && !domain::IsClosing(*fleet) &&
                       fleet->policy.deadline.has_value();
  if (!applies) return step;
  if (!domain::IsLate(*fleet, now)) {
    // It was put off since this job became due.
    FLEET_RETURN_IF_ERROR(ScheduleJob(transaction, claim.key, JobKind::kDeadline, *fleet->policy.deadline));
    step.finished = false;
    step.kept = true;
    return step;
  }
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
  fleet->expired = true;
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, claim.key, JobKind::kSweep, absl::ZeroDuration()));
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, claim.key, JobKind::kEndStragglers, limits.CancelGrace()));
  return step;
}

}  // namespace fleet::store
