// A runner without hands: it leases, heartbeats and reports over real gRPC, and executes nothing. For tests and
// benchmarks.
#ifndef FLEET_TESTS_SUPPORT_RUNNER_DRIVER_H_
#define FLEET_TESTS_SUPPORT_RUNNER_DRIVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/runner_service.grpc.pb.h"
#include "grpcpp/channel.h"

namespace fleet::testing {

// It keeps the rules of a good runner by itself: lease_seq grows with every answer that held leases and is repeated
// when an answer was lost, and what is held is listed in heartbeats until its end was answered. Heartbeats may be sent
// by another thread than the rest; otherwise not thread-safe.
class RunnerDriver {
 public:
  // What is reported with an end.
  using ResultOf = std::function<v1::TaskResult(const v1::Lease&)>;

  // `address`: "host:port" of a service. Makes a fresh runner_id.
  explicit RunnerDriver(const std::string& address, std::string user = "runner");
  RunnerDriver(const std::shared_ptr<grpc::Channel>& channel, std::string user);

  // From now on talks to another service, as the same runner.
  void MoveTo(const std::string& address);

  absl::Status Register(int slots = 100);
  absl::StatusOr<std::vector<v1::Lease>> Lease(int max_tasks, absl::Duration wait = absl::ZeroDuration());
  // Reports `state` on every one of `leases`, at most 500; answers in their order. A terminal state ends the holding,
  // unless the answer was lost. Null: a result that fits the state.
  absl::StatusOr<std::vector<v1::ReportStatus>> Report(const std::vector<v1::Lease>& leases, v1::TaskState state,
                                                       const ResultOf& result_of = nullptr);
  // Reports as they stand.
  absl::StatusOr<v1::ReportTasksResponse> Report(const v1::ReportTasksRequest& request);
  absl::StatusOr<v1::HeartbeatResponse> Heartbeat();
  // Says that the task of `lease` printed `text` after `offset` bytes; whether somebody follows it.
  absl::StatusOr<bool> SendLog(const v1::Lease& lease, int64_t offset, const std::string& text);

  v1::TaskReport ReportOf(const v1::Lease& lease, v1::TaskState state) const;
  const std::string& runner_id() const { return runner_id_; }
  // The number the next LeaseTasks names.
  int64_t lease_seq() const { return lease_seq_; }
  void set_lease_seq(int64_t lease_seq) { lease_seq_ = lease_seq; }
  // No longer lists a lease in heartbeats.
  void Drop(const v1::Lease& lease);

 private:
  const std::string user_;
  const std::string runner_id_;
  std::unique_ptr<v1::RunnerService::StubInterface> stub_;
  int64_t lease_seq_ = 1;
  int64_t heartbeat_seq_ = 0;
  Mutex mutex_;
  int64_t received_lease_seq_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int32_t> held_ ABSL_GUARDED_BY(mutex_);  // attempts by task id
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_RUNNER_DRIVER_H_
