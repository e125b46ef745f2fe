// Reports one runner's tasks, and turns the answers into what its work has to do. Thread-safe.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_REPORTER_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_REPORTER_H_

#include <string>

#include "absl/status/status.h"
#include "fleet/v1/runner_service.pb.h"
#include "workers/task_runner/lease_fence.h"
#include "workers/task_runner/runner_client.h"
#include "workers/task_runner/stop_token.h"

namespace fleet::runner {

class TaskReporter {
 public:
  TaskReporter(RunnerClient& client, const LeaseFence& fence, std::string runner_id);

  // Reports a state and waits for the answer, however long the services are away. Returns kCancelled if the task is to
  // be stopped and reported CANCELLED (or TIMED_OUT, if the token says so), kAborted if the lease is not ours any more.
  absl::Status Announce(const v1::Lease& lease, v1::TaskState state, const StopToken& stop);
  // The same, but asks only once: OK if no service can be reached.
  absl::Status AnnounceOnce(const v1::Lease& lease, v1::TaskState state, const StopToken& stop);
  // Reports the end, again until it is answered or the token is abandoned.
  void Finish(const v1::Lease& lease, v1::TaskState state, const v1::TaskResult& result, const StopToken& stop);
  // Whether the lease may still be believed in: asked last, before anything is pushed.
  bool MayHold(const StopToken& stop) const { return !stop.abandoned() && !fence_.Expired(); }

 private:
  // The answer; a status that is worth another try; or kAborted if nobody knows this runner.
  absl::StatusOr<v1::TaskReportAnswer> Ask(const v1::TaskReport& report, const std::string& traceparent);

  RunnerClient& client_;
  const LeaseFence& fence_;
  const std::string runner_id_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_REPORTER_H_
