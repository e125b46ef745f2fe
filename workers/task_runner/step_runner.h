// Runs a workflow's steps, in order, inside the working tree; the first that fails ends the task.
#ifndef FLEET_WORKERS_TASK_RUNNER_STEP_RUNNER_H_
#define FLEET_WORKERS_TASK_RUNNER_STEP_RUNNER_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "fleet/v1/catalog_service.pb.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/step_output.h"
#include "workers/task_runner/step_settings.h"
#include "workers/task_runner/subprocess.h"
#include "workers/task_runner/task_context.h"
#include "workers/task_runner/task_trace.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

struct StepPlaces {
  // Where steps run.
  std::string tree;
  // Private to the task; "home", "tmp" and "steps" are made in it.
  std::string directory;
  // PATH of every step.
  std::string path = "/usr/local/bin:/usr/bin:/bin";
};

class StepRunner {
 public:
  // The arguments must outlive it. What is in `settings` is passed to every step; its own environment wins.
  // Steps are told of in `trace`.
  StepRunner(const Subprocess& subprocess, StepPlaces places, const TaskContext& context, const StepSettings& settings,
             const TaskTrace& trace = TaskTrace::None());

  // Appends to `log` what the steps print and merges into `output` what they write to FLEET_OUTPUT, also when one
  // fails. Returns a TaskFailure that names the step, kDeadlineExceeded, or kCancelled if stopped.
  absl::Status Run(const v1::Workflow& workflow, const WorkBounds& bounds, OutputTail& log, StepOutput& output) const;

 private:
  struct Start {
    std::string directory;    // of the step's own files
    std::string traceparent;  // empty: it is not traced
  };
  absl::Status MakePlaces() const;
  absl::StatusOr<ProcessSpec> Prepare(const v1::WorkflowStep& step, const Start& start) const;
  absl::Status RunStep(const v1::WorkflowStep& step, const Start& start, const WorkBounds& bounds, OutputTail& log,
                       StepOutput& output) const;

  const Subprocess& subprocess_;
  const StepPlaces places_;
  const TaskContext& context_;
  const StepSettings& settings_;
  const TaskTrace& trace_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_STEP_RUNNER_H_
