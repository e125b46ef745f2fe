#include "cli/fleetctl/commands/attempts_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

class AttemptsCommandTest : public FleetctlTest {
 protected:
  void AnswerAttempts() {
    answers_.list_task_attempts = [](const v1::ListTaskAttemptsRequest& request,
                                     v1::ListTaskAttemptsResponse& response) {
      EXPECT_EQ(request.repo(), "acme/shop");
      v1::TaskAttempt& running = *response.add_attempts();
      running.set_attempt(2);
      running.set_generation(2);
      running.set_state(v1::TASK_STATE_RUNNING);
      running.set_runner_id("01JZRUNNER0000000000000002");
      running.mutable_lease_time()->set_seconds(1'750'000'100);
      v1::TaskAttempt& failed = *response.add_attempts();
      failed.set_attempt(1);
      failed.set_generation(1);
      failed.set_state(v1::TASK_STATE_FAILED);
      failed.set_runner_id("01JZRUNNER0000000000000001");
      failed.mutable_lease_time()->set_seconds(1'750'000'000);
      failed.mutable_end_time()->set_seconds(1'750'000'014);
      failed.set_cost_usd(0.25);
      *failed.mutable_failure() = MakeFailureGroup(1, "").failure();
      if (request.include_logs()) failed.set_log_tail("\x1b[31mline one\nline two");
      return absl::OkStatus();
    };
  }
};

TEST_F(AttemptsCommandTest, AttemptsAreATable) {
  AnswerAttempts();
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop"}), 0);
  EXPECT_EQ(out_,
            "ATTEMPT\tGENERATION\tSTATE\tRUNNER\tLEASED\tDURATION\tCOST\tREASON\tMESSAGE\n"
            "2\t2\tRUNNING\t01JZRUNNER0000000000000002\t2025-06-15 15:08:20Z\t—\t—\t—\t—\n"
            "1\t1\tFAILED\t01JZRUNNER0000000000000001\t2025-06-15 15:06:40Z\t14s\t$0.2500\t"
            "config: Program not found\tstep \"check\": tidy: not found\n");
}

TEST_F(AttemptsCommandTest, LogsOfAttemptsAreSanitised) {
  AnswerAttempts();
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop", "--logs"}), 0);
  EXPECT_THAT(out_, HasSubstr("\nAttempt 2:\nNone yet: running.\n\nAttempt 1:\nline one\nline two\n"));
}

TEST_F(AttemptsCommandTest, AttemptsAsJsonAreTheContracts) {
  AnswerAttempts();
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop", "--logs", "-o", "json"}), 0);
  const auto json = nlohmann::json::parse(out_);
  EXPECT_EQ(json["attempts"][1]["state"], "TASK_STATE_FAILED");
  EXPECT_EQ(json["attempts"][1]["log_tail"], "\x1b[31mline one\nline two");
}

TEST_F(AttemptsCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.list_task_attempts = Refuse(absl::NotFoundError("there is no such child"));
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: there is no such child\n");
  EXPECT_EQ(Run({"attempts", kFleetId, "acme/shop", "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

}  // namespace
}  // namespace fleet::cli
