// LeaseTasks once it is known to be well-formed: waits for a grant and tells what the work needs.
#ifndef FLEET_SERVICES_FLEET_API_TASK_LEASING_H_
#define FLEET_SERVICES_FLEET_API_TASK_LEASING_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/dispatch/dispatcher.h"
#include "common/lifecycle/thread_pool.h"
#include "common/rpc/method_table.h"
#include "common/store/dispatch_store.h"
#include "common/tracing/tracer.h"
#include "fleet/v1/runner_service.pb.h"
#include "services/fleet/api/leased_fleet_cache.h"

namespace fleet::service {

// Thread-safe.
class TaskLeasing {
 public:
  // Answers are put together on `pool`.
  TaskLeasing(dispatch::Dispatcher& dispatcher, LeasedFleetCache& fleets, ThreadPool& pool,
              const tracing::Tracer& tracer = tracing::Tracer::Off())
      : dispatcher_(dispatcher), fleets_(fleets), pool_(pool), tracer_(tracer) {}

  // Does not block. `response` lives until the call is done.
  void Lease(const store::LeaseDemand& demand, absl::Duration wait, v1::LeaseTasksResponse& response,
             const rpc::PendingCall& call);

 private:
  void Answer(store::LeaseAnswer answer, v1::LeaseTasksResponse& response, const rpc::Done& done);
  // Below which span the attempt's work is. Empty: it is not traced.
  std::string Traceparent(const store::GrantedTask& task, int32_t generation,
                          const LeasedFleetCache::Generation& fleet) const;
  absl::Status Fill(const store::LeaseAnswer& granted, v1::LeaseTasksResponse& response);

  dispatch::Dispatcher& dispatcher_;
  LeasedFleetCache& fleets_;
  ThreadPool& pool_;
  const tracing::Tracer& tracer_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_TASK_LEASING_H_
