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
#include "common/store/fleet_moves.h"

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
  // Of the child recorded last: its lease was taken from its runner.
  void RecordExpiry(LeaseExpiry why) { moves_.CountExpiry(why); }
  // Children first to last came into being in `state` (QUEUED, CANCELLED or TIMED_OUT).
  void RecordCreated(domain::Fleet& fleet, int32_t first, int32_t last, domain::TaskState state);
  // Whether some child or control is other than it was: a fleet that was found may be edited in place. Its cursor and
  // next retry alone are no change, and are written only with one.
  bool HasChanges() const;

  // Writes every fleet that changed, with what follows from that (domain::AfterBatch), and leaves a FleetMoves with the
  // transaction.
  absl::Status Write(database::Transaction& transaction);
  // After Write: fleets that this batch brought to their end.
  const std::vector<domain::Ulid>& ended() const { return ended_; }

 private:
  struct Entry {
    absl::Time read_at;  // by the database's clock
    domain::Fleet before;
    domain::Fleet fleet;
    std::vector<int32_t> ordinals;
    std::optional<std::pair<int32_t, int32_t>> range;
    bool HasChanged() const;
  };
  static absl::Status InsertChange(database::Transaction& transaction, Entry& entry);

  std::map<domain::Ulid, Entry> entries_;
  std::vector<domain::Ulid> ended_;
  FleetMoves moves_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_LEDGER_H_
