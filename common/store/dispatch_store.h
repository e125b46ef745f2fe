// Hands queued children to runners: the one place where caps are enforced.
#ifndef FLEET_COMMON_STORE_DISPATCH_STORE_H_
#define FLEET_COMMON_STORE_DISPATCH_STORE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/database/transaction.h"
#include "common/domain/ulid.h"
#include "common/store/grant_rows.h"

namespace fleet::store {

// A runner that waits for work.
struct LeaseDemand {
  domain::Ulid runner_id;
  int64_t lease_seq = 0;
  int32_t max_tasks = 0;
  // It was asked before and got nothing: it need not be asked again while no fleet has work.
  bool is_repeated = false;
};

struct LeaseAnswer {
  enum class Kind { kNothing, kGranted, kStale, kRunnerLost, kNotRegistered };
  Kind kind = Kind::kNothing;  // kStale: the runner is known to have moved past this lease_seq
  std::vector<GrantedTask> tasks;
};

class DispatchStore {
 public:
  explicit DispatchStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Grants what the caps allow, in one transaction behind the dispatch gate; a demand whose lease_seq was granted
  // before gets the same answer again. No answer has more than the slots of its runner. Answers are in the order of the
  // demands. An answer whose commit was in doubt is returned as the error: asking again with the same lease_seq tells.
  absl::StatusOr<std::vector<LeaseAnswer>> Dispatch(const std::vector<LeaseDemand>& demands);

  // Whether some fleet has children that may start, caps aside. Takes no lock.
  absl::StatusOr<bool> HasWork();

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_DISPATCH_STORE_H_
