// RunnerService in memory, held to its contract: what a runner does that the contract forbids is kept as a violation.
// Serves on a port of its own. Thread-safe.
#ifndef FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_FAKE_RUNNER_SERVICE_H_
#define FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_FAKE_RUNNER_SERVICE_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/runner_service.grpc.pb.h"
#include "grpcpp/server.h"

namespace fleet::runner {

// A fleet, its only child and the branch of both, where a test needs no more.
inline constexpr char kFleetId[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
inline constexpr char kTaskId[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV-1";
inline constexpr char kBranch[] = "fleet/01arz3ndektsv4rrffq69g5fav";

class FakeRunnerService final : public v1::RunnerService::Service {
 public:
  struct Task {
    v1::Lease lease;  // with the attempt of the current or last lease
    v1::LeasedFleet fleet;
    std::string runner_id;  // empty: queued or ended
    int64_t lease_seq = 0;
    std::vector<v1::TaskReport> reports;  // those that were answered OK
    bool cancelled = false;
    bool ended = false;
  };

  explicit FakeRunnerService(absl::Duration lease_duration = absl::Seconds(60),
                             absl::Duration heartbeat_interval = absl::Milliseconds(50));
  ~FakeRunnerService() override;

  std::string address() const;
  // Queues a child; the lease's task id names it.
  void Add(const v1::Lease& lease, const v1::LeasedFleet& fleet);
  Task Get(const std::string& task_id) const;
  std::vector<v1::TaskState> ReportedStates(const std::string& task_id) const;
  // Every runner that registered, in order.
  std::vector<std::string> runner_ids() const;
  int64_t heartbeats() const;
  int reports_seen() const;
  std::vector<std::string> violations() const;

  // While true every call is answered UNAVAILABLE.
  void SetUnavailable(bool unavailable);
  // While true RegisterRunner does its work, but does not answer.
  void HoldRegistrations(bool hold);
  // Only ReportTasks, only Heartbeat.
  void SetReportsUnavailable(bool unavailable);
  void SetHeartbeatsUnavailable(bool unavailable);
  // The next answer with leases is stored and then lost.
  void LoseNextLeaseAnswer();
  // The next report with a terminal state is recorded and its answer lost.
  void LoseNextFinalAnswer();
  // The next report with a terminal state is answered INVALID.
  void RefuseNextFinalReport();
  // Stops are answered in reports, and in heartbeats too if `directive` is set.
  void Cancel(const std::string& task_id, v1::StopReason directive = v1::STOP_REASON_UNSPECIFIED);
  // As if the lease had gone to somebody else.
  void TakeLease(const std::string& task_id);
  // Whether somebody follows the logs of all tasks.
  void FollowLogs(bool follow);
  // What was sent of a task's log; "[N]" stands for N bytes that were left out.
  std::string SentLog(const std::string& task_id) const;
  int logs_seen() const;
  // Only SendTaskLog.
  void SetLogsUnavailable(bool unavailable);
  // Marks every runner lost; its tasks are queued again.
  void LoseRunners();

  grpc::Status RegisterRunner(grpc::ServerContext* context, const v1::RegisterRunnerRequest* request,
                              v1::RegisterRunnerResponse* response) override;
  grpc::Status LeaseTasks(grpc::ServerContext* context, const v1::LeaseTasksRequest* request,
                          v1::LeaseTasksResponse* response) override;
  grpc::Status ReportTasks(grpc::ServerContext* context, const v1::ReportTasksRequest* request,
                           v1::ReportTasksResponse* response) override;
  grpc::Status Heartbeat(grpc::ServerContext* context, const v1::HeartbeatRequest* request,
                         v1::HeartbeatResponse* response) override;
  grpc::Status SendTaskLog(grpc::ServerContext* context, const v1::SendTaskLogRequest* request,
                           v1::SendTaskLogResponse* response) override;

 private:
  struct Runner {
    bool lost = false;
    int64_t heartbeat_seq = 0;
    std::map<int64_t, v1::LeaseTasksResponse> grants;
  };

  absl::Status Check(grpc::ServerContext& context, const std::string& runner_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasQueuedTask() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Grant(const v1::LeaseTasksRequest& request, v1::LeaseTasksResponse& response)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::TaskReportAnswer Judge(const std::string& runner_id, const v1::TaskReport& report)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Violation(const std::string& what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { violations_.push_back(what); }

  const absl::Duration lease_duration_;
  const absl::Duration heartbeat_interval_;
  mutable Mutex mutex_;
  std::map<std::string, Runner> runners_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> runner_ids_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Task> tasks_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::StopReason> directives_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> violations_ ABSL_GUARDED_BY(mutex_);
  bool unavailable_ ABSL_GUARDED_BY(mutex_) = false;
  bool hold_registrations_ ABSL_GUARDED_BY(mutex_) = false;
  CondVar held_registrations_;
  bool reports_unavailable_ ABSL_GUARDED_BY(mutex_) = false;
  bool heartbeats_unavailable_ ABSL_GUARDED_BY(mutex_) = false;
  bool lose_lease_answer_ ABSL_GUARDED_BY(mutex_) = false;
  bool lose_final_answer_ ABSL_GUARDED_BY(mutex_) = false;
  bool refuse_final_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t heartbeats_ ABSL_GUARDED_BY(mutex_) = 0;
  int reports_seen_ ABSL_GUARDED_BY(mutex_) = 0;
  // What is received of a log, and how far it reaches.
  struct Log {
    std::string text;
    int64_t end = 0;
  };
  std::map<std::string, Log> logs_ ABSL_GUARDED_BY(mutex_);
  bool follow_logs_ ABSL_GUARDED_BY(mutex_) = false;
  bool logs_unavailable_ ABSL_GUARDED_BY(mutex_) = false;
  int logs_seen_ ABSL_GUARDED_BY(mutex_) = 0;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fleet::runner

#endif  // FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_FAKE_RUNNER_SERVICE_H_
