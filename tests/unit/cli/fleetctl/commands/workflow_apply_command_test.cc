#include "cli/fleetctl/commands/workflow_apply_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

using WorkflowApplyCommandTest = FleetctlTest;

TEST_F(WorkflowApplyCommandTest, WorkflowsAreAppliedListedAndShown) {
  v1::Workflow stored;
  answers_.apply_workflow = [&stored](const v1::ApplyWorkflowRequest& request, v1::ApplyWorkflowResponse& response) {
    stored = request.workflow();
    *response.mutable_workflow() = stored;
    response.set_created(true);
    return absl::OkStatus();
  };
  answers_.get_workflow = [&stored](const v1::GetWorkflowRequest&, v1::GetWorkflowResponse& response) {
    *response.mutable_workflow() = stored;
    return absl::OkStatus();
  };
  answers_.list_workflows = [&stored](const v1::ListWorkflowsRequest&, v1::ListWorkflowsResponse& response) {
    *response.add_workflows() = stored;
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"workflow", "apply", "-"},
                "workflow: a/b-v1\nversion: 1.0.0\ntitle: Say it\nsteps: [{name: say, command: [echo, hi]}]\n"),
            0);
  EXPECT_EQ(out_, "a/b-v1@1.0.0 applied\n");
  EXPECT_EQ(Run({"workflow", "list"}), 0);
  EXPECT_THAT(out_, HasSubstr("a/b-v1\t1.0.0\t1\t1970-01-01 00:00:00Z\t—\tSay it\n"));
  EXPECT_EQ(Run({"workflow", "get", "a/b-v1"}), 0);
  EXPECT_THAT(out_, HasSubstr("workflow: a/b-v1\nversion: 1.0.0\ntitle: Say it\n"));
}

}  // namespace
}  // namespace fleet::cli
