// What operators and deadlines have set of fleets, read before the fleets are locked: children are judged by it, and
// the judgement stands if nothing of it is otherwise under the lock.
//
//   FLEET_ASSIGN_OR_RETURN(const FleetControls controls, FleetControls::Read(transaction, fleet_ids));
//   ... judge and write children by controls.Find(fleet_id) ...
//   FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, fleet_ids));
//   if (!controls.StillHold(ledger)) ... roll back and judge again ...
#ifndef FLEET_COMMON_STORE_FLEET_CONTROLS_H_
#define FLEET_COMMON_STORE_FLEET_CONTROLS_H_

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/fleet.h"
#include "common/store/fleet_ledger.h"

namespace fleet::store {

class FleetControls {
 public:
  // Locks nothing. Unknown ids are left out.
  static absl::StatusOr<FleetControls> Read(database::Transaction& transaction,
                                            const std::vector<domain::Ulid>& fleet_ids);

  // nullptr if the fleet does not exist. What every batch writes is not in it: state, counters, revision.
  const domain::Fleet* Find(const domain::Ulid& fleet_id) const;
  // Whether the fleets, as they were locked, have the controls that were read: then whatever was judged by these is
  // what would be judged now. To be asked before the ledger's fleets are edited.
  bool StillHold(FleetLedger& ledger) const;

 private:
  std::map<domain::Ulid, domain::Fleet> fleets_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_CONTROLS_H_
