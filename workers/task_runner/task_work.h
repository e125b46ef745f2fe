// What is done with a lease.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_WORK_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_WORK_H_

#include <string>

#include "fleet/v1/runner_service.pb.h"
#include "workers/task_runner/leased_task.h"
#include "workers/task_runner/stop_token.h"
#include "workers/task_runner/task_reporter.h"

namespace fleet::runner {

class TaskWork {
 public:
  virtual ~TaskWork() = default;
  // Works on `task` and reports it to its end, unless `stop` is abandoned. Called by several threads at a time.
  virtual void Execute(const LeasedTask& task, TaskReporter& reporter, StopToken& stop) = 0;
  // Whether more work could be done now; until then none is asked for.
  virtual bool Ready() const { return true; }
  // Somebody follows the logs of these leases of `runner_id`, and of no others, until this is called again.
  using FollowedLogs = google::protobuf::RepeatedPtrField<v1::HeldLease>;
  virtual void FollowLogs(const std::string& /*runner_id*/, const FollowedLogs& /*followed*/) {}
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_WORK_H_
