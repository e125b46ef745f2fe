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
  EXPECT_EQ(err_, "");
}

TEST_F(LogsCommandTest, SaysWhyThereIsNoLogYet) {
  const auto answer = [this](v1::TaskState state, const std::string& log) {
    answers_.get_fleet_task = [=](const v1::GetFleetTaskRequest&, v1::GetFleetTaskResponse& response) {
      *response.mutable_task() = MakeTask(1, "acme/shop", state);
      response.mutable_task()->set_attempt(2);
      response.set_log_tail(log);
      return absl::OkStatus();
    };
    EXPECT_EQ(Run({"logs", kFleetId, "acme/shop"}), 0);
    return err_;
  };
  EXPECT_EQ(answer(v1::TASK_STATE_RUNNING, ""), "None yet: running.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_AWAITING_APPROVAL, ""), "None yet: awaiting approval.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_QUEUED, ""), "None yet: queued.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_COMPLETED, ""), "No log was kept.\n");
  // What is shown is of an attempt that has ended.
  EXPECT_EQ(answer(v1::TASK_STATE_RUNNING, "old\n"), "The log of the attempt before; attempt 2: running.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_QUEUED, "old\n"), "The log of the last attempt; another one is queued.\n");
}

}  // namespace
}  // namespace fleet::cli
