// Puts together what a runner is told of the children it was granted.
#ifndef FLEET_SERVICES_FLEET_API_LEASE_ANSWERS_H_
#define FLEET_SERVICES_FLEET_API_LEASE_ANSWERS_H_

#include <functional>

#include "absl/status/status.h"
#include "common/lifecycle/thread_pool.h"
#include "common/store/dispatch_store.h"
#include "fleet/v1/runner_service.pb.h"
#include "services/fleet/api/leased_fleet_cache.h"

namespace fleet::service {

// Thread-safe.
class LeaseAnswers {
 public:
  LeaseAnswers(LeasedFleetCache& fleets, ThreadPool& pool) : fleets_(fleets), pool_(pool) {}

  // Fills `response` on the pool, then calls `done`, once; `response` lives until then. kUnavailable when too many
  // wait: the grant is stored, and asking again with the same lease_seq gives it again.
  void Fill(store::LeaseAnswer granted, v1::LeaseTasksResponse& response,
            const std::function<void(const absl::Status&)>& done);

 private:
  absl::Status FillNow(const store::LeaseAnswer& granted, v1::LeaseTasksResponse& response);

  LeasedFleetCache& fleets_;
  ThreadPool& pool_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_LEASE_ANSWERS_H_
