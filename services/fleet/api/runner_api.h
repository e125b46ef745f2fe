// RunnerService.
#ifndef FLEET_SERVICES_FLEET_API_RUNNER_API_H_
#define FLEET_SERVICES_FLEET_API_RUNNER_API_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/dispatch/log_relay.h"
#include "common/dispatch/report_batcher.h"
#include "common/domain/caller.h"
#include "common/rpc/method_table.h"
#include "common/store/runner_store.h"
#include "fleet/v1/runner_service.pb.h"
#include "services/fleet/api/runner_owners.h"
#include "services/fleet/api/task_leasing.h"

namespace fleet::service {

// Thread-safe; each method is the one of its name. LeaseTasks and ReportTasks answer later and do not block, the others
// block for the database. A caller speaks only for runners that it registered.
class RunnerApi {
 public:
  // `heartbeat_interval`: told to runners, unless half a lease is shorter.
  RunnerApi(store::RunnerStore& runners, RunnerOwners& owners, TaskLeasing& leasing, dispatch::ReportBatcher& reports,
            const dispatch::LogRelay& logs, absl::Duration heartbeat_interval)
      : runners_(runners),
        owners_(owners),
        leasing_(leasing),
        reports_(reports),
        logs_(logs),
        heartbeat_interval_(heartbeat_interval) {}

  absl::Status RegisterRunner(const domain::Caller& caller, const v1::RegisterRunnerRequest& request,
                              v1::RegisterRunnerResponse& response);
  void LeaseTasks(const domain::Caller& caller, const v1::LeaseTasksRequest& request, v1::LeaseTasksResponse& response,
                  const rpc::PendingCall& call);
  void ReportTasks(const domain::Caller& caller, const v1::ReportTasksRequest& request,
                   v1::ReportTasksResponse& response, const rpc::PendingCall& call);
  absl::Status Heartbeat(const domain::Caller& caller, const v1::HeartbeatRequest& request,
                         v1::HeartbeatResponse& response);

 private:
  // Those of the held leases whose log somebody follows.
  void TellFollowed(const store::RunnerHeartbeat& heartbeat, v1::HeartbeatResponse& response) const;
  void Record(const v1::ReportTasksRequest& request, v1::ReportTasksResponse& response, const rpc::Done& done);

  store::RunnerStore& runners_;
  RunnerOwners& owners_;
  TaskLeasing& leasing_;
  dispatch::ReportBatcher& reports_;
  const dispatch::LogRelay& logs_;
  const absl::Duration heartbeat_interval_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_RUNNER_API_H_
