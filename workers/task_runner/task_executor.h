// The embedded executor: clone, run the workflow's steps, commit, push, report.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_

#include <string>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/git_publisher.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/step_output.h"
#include "workers/task_runner/task_work.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

class TaskExecutor final : public TaskWork {
 public:
  // Clones live and die in `work_directory`.
  TaskExecutor(GitSettings settings, std::string work_directory, const Clock& clock);

  void Execute(const LeasedTask& task, TaskReporter& reporter, const StopToken& stop) override;

 private:
  struct Attempt {
    const LeasedTask& task;
    TaskReporter& reporter;
    const WorkBounds& bounds;
    OutputTail log;
    StepOutput output;
    v1::TaskResult result;
  };

  absl::Status Work(Attempt& attempt) const;
  absl::Status Publish(Attempt& attempt, const GitClone& clone) const;

  const GitSettings settings_;
  const std::string work_directory_;
  const Clock& clock_;
  const Subprocess subprocess_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_
