#include "cli/fleetctl/commands/logs_command.h"

#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using LogsCommandTest = FleetctlTest;

TEST_F(LogsCommandTest, LogsAreSanitisedAndEndWithTheReason) {
  answers_.get_fleet_task = [](const v1::GetFleetTaskRequest& request, v1::GetFleetTaskResponse& response) {
    EXPECT_EQ(request.repo(), "acme/shop");
    *response.mutable_task() = MakeTask(1, "acme/shop", v1::TASK_STATE_FAILED);
    response.set_log_tail(
        "\x1b[31mred\x1b[0m\n\x1b]0;title\x07"
        "last line");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop"}), 0);
  EXPECT_EQ(out_, "red\nlast line\nacme/shop: FAILED, attempt 1, agent: step \"check\" exited with 1\n");
}

}  // namespace
}  // namespace fleet::cli
