#include "cli/fleetctl/commands/workflow_withdraw_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using WorkflowWithdrawCommandTest = FleetctlTest;

TEST_F(WorkflowWithdrawCommandTest, SaysWhatWasWithdrawn) {
  answers_.withdraw_workflow = [](const v1::WithdrawWorkflowRequest& request, v1::WithdrawWorkflowResponse& response) {
    EXPECT_EQ(request.workflow_ref(), "ops/bump-v2@2.1.0");
    response.mutable_workflow()->set_workflow_ref("ops/bump-v2");
    response.mutable_workflow()->set_version("2.1.0");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"workflow", "withdraw", "ops/bump-v2@2.1.0"}), 0);
  EXPECT_EQ(out_, "Withdrawn: ops/bump-v2@2.1.0; no new fleet can have it\n");
  EXPECT_EQ(Run({"workflow", "withdraw", "ops/bump-v2@2.1.0", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["workflow"]["version"], "2.1.0");
}

}  // namespace
}  // namespace fleet::cli
