// The embedded executor: clone, run the workflow's steps, commit, push, report.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/metrics/fleet_metrics.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/git_publisher.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/step_output.h"
#include "workers/task_runner/step_runner.h"
#include "workers/task_runner/step_settings.h"
#include "workers/task_runner/task_directories.h"
#include "workers/task_runner/task_work.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

class TaskExecutor final : public TaskWork {
 public:
  // Clones live and die in `directories`. `metrics`, if any, counts tasks and times their phases. The references must
  // outlive it.
  TaskExecutor(GitSettings settings, TaskDirectories& directories, const Clock& clock,
               StepSettingsFiles step_settings = {}, metrics::RunnerMetrics* metrics = nullptr);

  void Execute(const LeasedTask& task, TaskReporter& reporter, StopToken& stop) override;
  bool Ready() const override { return !directories_.full(); }

 private:
  struct Attempt {
    const LeasedTask& task;
    TaskReporter& reporter;
    const WorkBounds& bounds;
    OutputTail log;
    StepOutput output;
    v1::TaskResult result;
    bool spoken_for = false;           // see BranchClaim
    std::vector<std::string> secrets;  // see StepSettings
  };

  // What `body` returns; it is timed as a phase of a task, however it ends.
  template <typename Body>
  auto Timed(const char* phase, Body body) const {
    const absl::Duration began = clock_.Elapsed();
    auto result = body();
    if (metrics_ != nullptr) metrics_->ObservePhase(phase, clock_.Elapsed() - began);
    return result;
  }
  // Returns how the task ended: nullopt if that is not ours to say.
  std::optional<v1::TaskState> ExecuteCounted(const LeasedTask& task, TaskReporter& reporter, StopToken& stop) const;
  absl::Status Work(Attempt& attempt, StopToken& stop) const;
  absl::Status RunSteps(Attempt& attempt, const StepPlaces& places, const StepSettings& settings) const;
  absl::Status Publish(Attempt& attempt, const GitClone& clone) const;
  // As people may see it: clean, without the operator's values and the runner's paths.
  std::string Shown(const Attempt& attempt, absl::string_view text) const;
  void FillResult(Attempt& attempt) const;

  const GitSettings settings_;
  TaskDirectories& directories_;
  const Clock& clock_;
  const StepSettingsFiles step_settings_;
  metrics::RunnerMetrics* const metrics_;
  const Subprocess subprocess_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_
