// Chooses the very children that a dispatch hands out, from fleets it has locked.
#ifndef FLEET_COMMON_STORE_TASK_PICKER_H_
#define FLEET_COMMON_STORE_TASK_PICKER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/allocation.h"
#include "common/store/fleet_ledger.h"

namespace fleet::store {

struct PickedTasks {
  std::vector<domain::Task> suspects;  // they lost a runner before: no two may go to one runner
  std::vector<domain::Task> others;    // only id, attempt, losses and retry_at of fresh ones are set
};

class TaskPicker {
 public:
  // Both outlive it. The ledger holds every fleet that is granted something.
  TaskPicker(database::Transaction& transaction, FleetLedger& ledger) : transaction_(transaction), ledger_(ledger) {}

  // At most what is granted, less where the fleet has changed since it was counted: under its lock it is judged anew.
  // `isolating`: by pool, how many children that lost a runner can be placed.
  absl::StatusOr<PickedTasks> Pick(const std::vector<domain::FleetGrant>& grants,
                                   std::map<std::string, int32_t> isolating);
  // Once what was picked is leased: moves the fleets' cursors past it.
  absl::Status MoveCursors();

 private:
  using Counts = std::map<domain::Ulid, int32_t>;
  absl::StatusOr<Counts> Clamp(const std::vector<domain::FleetGrant>& grants);
  absl::Status PickSuspects(std::map<std::string, int32_t>& isolating, Counts& left);
  absl::Status PickDue(Counts& left);
  absl::Status PickFresh(const Counts& left);

  database::Transaction& transaction_;
  FleetLedger& ledger_;
  PickedTasks picked_;
  std::vector<domain::Fleet*> retried_;
  std::map<domain::Ulid, int32_t> cursor_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TASK_PICKER_H_
