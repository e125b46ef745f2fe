#include "common/store/jobs/seal_deadline.h"

#include "absl/strings/str_cat.h"
#include "common/domain/fleet.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_ledger.h"

namespace fleet::store {

absl::StatusOr<JobStep> SealDeadlineStep(database::Transaction& transaction, const JobClaim& claim) {
  const JobStep step{claim.key, 0, true};
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {claim.key}));
  domain::Fleet* fleet = ledger.Find(claim.key);
  if (fleet == nullptr || !fleet->open_targets || domain::IsTerminal(fleet->state)) return step;
  fleet->expansion_failed = true;
  fleet->failure_message = absl::StrCat("it was not sealed within ", absl::FormatDuration(domain::kSealWithin),
                                        " of its submission (targets so far: ", fleet->rollup.total, ")");
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  return step;
}

}  // namespace fleet::store
