// fleet.v1.RunnerService.
#ifndef FLEET_SERVICES_FLEET_RUNNER_SERVICE_H_
#define FLEET_SERVICES_FLEET_RUNNER_SERVICE_H_

#include "absl/time/time.h"
#include "common/dispatch/dispatcher.h"
#include "common/dispatch/report_batcher.h"
#include "common/lifecycle/thread_pool.h"
#include "common/rpc/rpc_handler.h"
#include "common/store/dispatch_store.h"
#include "common/store/runner_store.h"
#include "fleet/v1/runner_service.grpc.pb.h"
#include "services/fleet/leased_fleet_cache.h"

namespace fleet::service {

class RunnerService final : public v1::RunnerService::CallbackService {
 public:
  struct Leasing {
    dispatch::Dispatcher& dispatcher;
    LeasedFleetCache& fleets;
    ThreadPool& pool;  // where answers are put together
  };
  struct Timing {
    absl::Duration lease_duration;
    absl::Duration heartbeat_interval;
  };
  RunnerService(rpc::RpcHandler& rpc, store::RunnerStore& runners, const Leasing& leasing,
                dispatch::ReportBatcher& reports, const Timing& timing)
      : rpc_(rpc), runners_(runners), leasing_(leasing), reports_(reports), timing_(timing) {}

  grpc::ServerUnaryReactor* RegisterRunner(grpc::CallbackServerContext* context,
                                           const v1::RegisterRunnerRequest* request,
                                           v1::RegisterRunnerResponse* response) override;
  grpc::ServerUnaryReactor* LeaseTasks(grpc::CallbackServerContext* context, const v1::LeaseTasksRequest* request,
                                       v1::LeaseTasksResponse* response) override;
  grpc::ServerUnaryReactor* ReportTasks(grpc::CallbackServerContext* context, const v1::ReportTasksRequest* request,
                                        v1::ReportTasksResponse* response) override;
  grpc::ServerUnaryReactor* Heartbeat(grpc::CallbackServerContext* context, const v1::HeartbeatRequest* request,
                                      v1::HeartbeatResponse* response) override;

 private:
  absl::Status FillLeases(const store::LeaseAnswer& answer, v1::LeaseTasksResponse* response);

  rpc::RpcHandler& rpc_;
  store::RunnerStore& runners_;
  const Leasing leasing_;
  dispatch::ReportBatcher& reports_;
  const Timing timing_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_RUNNER_SERVICE_H_
