// What is done with a lease.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_WORK_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_WORK_H_

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
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_WORK_H_
