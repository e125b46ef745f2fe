// RunnerService over any of several servers: the one that answered last is asked first, the others when it cannot be
// reached. Thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_RUNNER_CLIENT_H_
#define FLEET_WORKERS_TASK_RUNNER_RUNNER_CLIENT_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "common/metrics/runner_metrics.h"
#include "common/rpc/failover_channel.h"
#include "fleet/v1/runner_service.grpc.pb.h"

namespace fleet::runner {

class RunnerClient {
 public:
  // `servers`: "host:port", at least one. `user` is sent as the caller's identity. A call other than LeaseTasks waits
  // at most `timeout` for each server. `metrics`, if any, counts heartbeats, and must outlive it.
  RunnerClient(const std::vector<std::string>& servers, std::string user, absl::Duration timeout = absl::Seconds(5),
               metrics::RunnerMetrics* metrics = nullptr);

  // Each asks every server at most once, and returns the last error if none answers. Errors carry what GetErrorInfo
  // reads.
  absl::StatusOr<v1::RegisterRunnerResponse> RegisterRunner(const v1::RegisterRunnerRequest& request);
  // `traceparent`: below which span the call is; empty: none.
  absl::StatusOr<v1::ReportTasksResponse> ReportTasks(const v1::ReportTasksRequest& request,
                                                      const std::string& traceparent = "");
  absl::StatusOr<v1::HeartbeatResponse> Heartbeat(const v1::HeartbeatRequest& request);
  // Waits at most a second for each server: what is late is of no use.
  absl::StatusOr<v1::SendTaskLogResponse> SendTaskLog(const v1::SendTaskLogRequest& request);
  // Waits as long as the request says. kCancelled after CancelLeases.
  absl::StatusOr<v1::LeaseTasksResponse> LeaseTasks(const v1::LeaseTasksRequest& request);

  // Ends every LeaseTasks under way, as kCancelled.
  void InterruptLeases();
  // Ends every LeaseTasks under way and to come.
  void CancelLeases();

 private:
  struct CallOptions {
    bool is_lease = false;
    std::string traceparent{};
  };
  template <typename Request, typename Response>
  using Method = grpc::Status (v1::RunnerService::Stub::*)(grpc::ClientContext*, const Request&, Response*);

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(Method<Request, Response> method, const Request& request, absl::Duration timeout,
                                const CallOptions& options);
  // False if leases are cancelled already.
  bool Begin(grpc::ClientContext* lease);
  void End(grpc::ClientContext* lease);

  rpc::FailoverChannel servers_;
  const absl::Duration timeout_;
  metrics::RunnerMetrics* const metrics_;
  Mutex mutex_;
  bool leases_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> leases_ ABSL_GUARDED_BY(mutex_);
};

// Whether the service gave this runner up or does not know it: it must register anew, under a fresh id.
bool MustRegisterAnew(const absl::Status& status);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_RUNNER_CLIENT_H_
