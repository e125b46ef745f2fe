// What a step wrote to the file named by FLEET_OUTPUT.
#ifndef FLEET_WORKERS_TASK_RUNNER_STEP_OUTPUT_H_
#define FLEET_WORKERS_TASK_RUNNER_STEP_OUTPUT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::runner {

struct StepOutput {
  std::string summary;
  std::string pull_request_url;
  std::optional<double> cost_usd;
  // Pull request opened or updated, or branch pushed; unspecified: not said.
  v1::TaskOutcome outcome = v1::TASK_OUTCOME_UNSPECIFIED;
  // Unspecified: the step did not say that it failed.
  v1::FailureCategory failure_category = v1::FAILURE_CATEGORY_UNSPECIFIED;
  std::string failure_message;

  // Takes over what a later step says; costs are added.
  void Merge(const StepOutput& later);
};

// Unknown keys are ignored. Returns kInvalidArgument, saying which key is wrong, unless it is a JSON object as
// docs/workflow-format.md describes it.
absl::StatusOr<StepOutput> ParseStepOutput(absl::string_view json);

// Nothing if the file is missing or empty. Links, pipes and files of more than 1 MiB are kInvalidArgument.
absl::StatusOr<StepOutput> ReadStepOutput(const std::string& path);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_STEP_OUTPUT_H_
