// Fleets and children for tests.
#ifndef FLEET_TESTS_UNIT_CLI_FLEETCTL_FLEET_FIXTURE_H_
#define FLEET_TESTS_UNIT_CLI_FLEETCTL_FLEET_FIXTURE_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

inline constexpr char kFleetId[] = "01JZ0000000000000000000000";

// Twelve repositories: `completed` pushed, `failed` failed for the agent's fault, the others run or wait.
inline v1::Fleet MakeFleet(v1::FleetState state, int64_t revision, int completed = 0, int failed = 0) {
  v1::Fleet fleet;
  fleet.set_fleet_id(kFleetId);
  fleet.set_creator("alice");
  fleet.set_state(state);
  fleet.set_revision(revision);
  fleet.set_workflow_ref("examples/add-license-v1");
  fleet.set_resolved_workflow("examples/add-license-v1@1.0.0");
  fleet.mutable_create_time()->set_seconds(1'750'000'000 - 194);
  v1::Rollup& rollup = *fleet.mutable_rollup();
  rollup.set_total(12);
  rollup.set_expanded(12);
  const int open = 12 - completed - failed;
  rollup.mutable_states()->set_completed(completed);
  rollup.mutable_states()->set_failed(failed);
  rollup.mutable_states()->set_running(open / 2);
  rollup.mutable_states()->set_queued(open - open / 2);
  rollup.mutable_outcomes()->set_branch_pushed(completed);
  if (failed > 0) {
    v1::FailureCategoryCount& category = *rollup.add_failure_categories();
    category.set_category(v1::FAILURE_CATEGORY_AGENT);
    category.set_count(failed);
  }
  return fleet;
}

inline v1::Task MakeTask(int ordinal, const std::string& repo, v1::TaskState state) {
  v1::Task task;
  task.set_task_id(absl::StrCat(kFleetId, "-", ordinal));
  task.set_fleet_id(kFleetId);
  task.set_ordinal(ordinal);
  task.set_repo(repo);
  task.set_state(state);
  task.set_attempt(1);
  if (state == v1::TASK_STATE_COMPLETED) {
    task.set_outcome(v1::TASK_OUTCOME_BRANCH_PUSHED);
    task.set_branch("fleet/01jz0000000000000000000000");
    task.set_commit("0123456789abcdef0123456789abcdef01234567");
  }
  if (state == v1::TASK_STATE_FAILED) {
    task.mutable_failure()->set_category(v1::FAILURE_CATEGORY_AGENT);
    task.mutable_failure()->set_message("step \"check\" exited with 1");
  }
  return task;
}

// So many failures of one cause, with the first five repositories.
inline v1::FailureGroup MakeFailureGroup(int count, const std::string& fingerprint) {
  v1::FailureGroup group;
  group.set_fingerprint(fingerprint);
  group.set_count(count);
  group.mutable_failure()->set_category(v1::FAILURE_CATEGORY_CONFIG);
  group.mutable_failure()->set_title("Program not found");
  group.mutable_failure()->set_message("step \"check\": tidy\x1b[2J: not found");
  group.mutable_failure()->set_remedy("Install it on the runners.");
  for (int i = 1; i <= std::min(count, 5); ++i) group.add_sample_repos("acme/repo" + std::to_string(i));
  return group;
}

}  // namespace fleet::cli

#endif  // FLEET_TESTS_UNIT_CLI_FLEETCTL_FLEET_FIXTURE_H_
