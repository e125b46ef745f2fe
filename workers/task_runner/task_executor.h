// The embedded executor: clone, run the workflow's steps, commit, push, report.
#ifndef FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_
#define FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/metrics/runner_metrics.h"
#include "common/tracing/tracer.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/git_publisher.h"
#include "workers/task_runner/live_logs.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/step_output.h"
#include "workers/task_runner/step_runner.h"
#include "workers/task_runner/step_settings.h"
#include "workers/task_runner/task_directories.h"
#include "workers/task_runner/task_trace.h"
#include "workers/task_runner/task_work.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

// Who is told of the work while it goes on.
struct TaskTelemetry {
  const tracing::Tracer& tracer = tracing::Tracer::Off();
  LiveLogs* live_logs = nullptr;              // what steps print goes there as it comes; nullptr: nowhere
  metrics::RunnerMetrics* metrics = nullptr;  // counts tasks and times their phases; nullptr: nobody does
};

class TaskExecutor final : public TaskWork {
 public:
  // Clones live and die in `directories`. What `telemetry` names, the directories and the clock must outlive it.
  TaskExecutor(GitSettings settings, TaskDirectories& directories, const Clock& clock,
               StepSettingsFiles step_settings = {}, TaskTelemetry telemetry = {});

  void Execute(const LeasedTask& task, TaskReporter& reporter, StopToken& stop) override;
  bool Ready() const override { return !directories_.full(); }
  void FollowLogs(const std::string& runner_id, const FollowedLogs& followed) override;

 private:
  struct Attempt {
    const LeasedTask& task;
    TaskReporter& reporter;
    const WorkBounds& bounds;
    const TaskTrace& trace;
    OutputTail log;
    StepOutput output;
    v1::TaskResult result;
    bool spoken_for = false;            // see BranchClaim
    std::vector<std::string> secrets;   // see StepSettings
    std::shared_ptr<LiveLog> live_log;  // while there are steps; null: nobody can follow
  };

  // What `body` returns; it is timed as a phase of a task, however it ends.
  template <typename Body>
  auto Timed(const char* phase, Body body) const {
    const absl::Duration began = clock_.Elapsed();
    auto result = body();
    if (telemetry_.metrics != nullptr) telemetry_.metrics->ObservePhase(phase, clock_.Elapsed() - began);
    return result;
  }
  // Returns how the task ended: nullopt if that is not ours to say.
  std::optional<v1::TaskState> ExecuteCounted(const LeasedTask& task, TaskReporter& reporter, StopToken& stop) const;
  absl::Status Work(Attempt& attempt, StopToken& stop) const;
  absl::StatusOr<GitClone> Clone(Attempt& attempt, const std::string& directory) const;
  absl::Status RunSteps(Attempt& attempt, const StepPlaces& places, const StepSettings& settings) const;
  static absl::StatusOr<std::string> Push(Attempt& attempt, const GitPublisher& publisher,
                                          const Publication& publication, const CommitSpec& spec,
                                          const BranchClaim& claim);
  absl::Status Publish(Attempt& attempt, const GitClone& clone) const;
  // Lets others follow what is appended to the attempt's log from now on, and no longer.
  void OpenLiveLog(Attempt& attempt) const;
  void CloseLiveLog(Attempt& attempt) const;
  // As people may see it: clean, without the operator's values and the runner's paths.
  std::string Shown(const std::vector<std::string>& secrets, absl::string_view text) const;
  void FillResult(Attempt& attempt) const;

  const GitSettings settings_;
  TaskDirectories& directories_;
  const Clock& clock_;
  const StepSettingsFiles step_settings_;
  const TaskTelemetry telemetry_;
  const Subprocess subprocess_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TASK_EXECUTOR_H_
