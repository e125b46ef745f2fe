// The one way a fleet or its children change: "one batch, one revision, one change row". Lock the fleets, move their
// children, write counters, revision and change row together. So counters are exact at every committed instant, and
// the changes of a fleet are numbered without gaps in commit order.
//
//   FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, fleet_ids));
//   FLEET_ASSIGN_OR_RETURN(const TaskBatch batch, LoadTasks(transaction, task_ids));   // reads in the next statement
//   ... ledger.Record(before, after) for every child that moves; SaveTasks(transaction, afters) ...
//   FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
#ifndef FLEET_COMMON_STORE_FLEET_LEDGER_H_
#define FLEET_COMMON_STORE_FLEET_LEDGER_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"

namespace fleet::store {

class FleetLedger {
 public:
  // Locks the fleets in id order, whatever the order given, and reads them as they stand under the lock. Unknown ids
  // are left out.
  static absl::StatusOr<FleetLedger> Lock(database::Transaction& transaction, std::vector<domain::Ulid> fleet_ids);

  // nullptr if the fleet does not exist.
  domain::Fleet* Find(const domain::Ulid& fleet_id);
  // Child `before` became `after`. Both belong to a locked fleet.
  void Record(const domain::Task& before, const domain::Task& after);
  // Children first to last came into being in `state` (QUEUED, CANCELLED or TIMED_OUT).
  void RecordCreated(domain::Fleet& fleet, int32_t first, int32_t last, domain::TaskState state);
  // The fleet itself changed, by what operators control: found with Find and edited in place. (next_ordinal is written
  // in any case.)
  void Touch(const domain::Ulid& fleet_id);
  bool IsTouched() const;

  // Writes every fleet that was recorded or touched, with its derived state.
  absl::Status Write(database::Transaction& transaction);

 private:
  struct Entry {
    domain::Fleet fleet;
    bool touched = false;
    bool controls_changed = false;
    std::vector<int32_t> ordinals;
    std::optional<std::pair<int32_t, int32_t>> range;
  };
  std::map<domain::Ulid, Entry> entries_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_LEDGER_H_
